// Answers that could not be sent yet. Read by the page and by the service worker.
"use strict";

self.answerQueue = (() => {
  // One entry a tip: {path, reaction, answered_at, person}. It holds no word of the tip.
  function open() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open("oo", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("answers", { keyPath: "path" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  async function ask(mode, work) {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction("answers", mode);
        const request = work(transaction.objectStore("answers"));
        // Only a finished transaction is on the disk.
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  const keep = (answer) => ask("readwrite", (store) => store.put(answer));
  const find = (path) => ask("readonly", (store) => store.get(path));
  const forget = (path) => ask("readwrite", (store) => store.delete(path));
  const all = () => ask("readonly", (store) => store.getAll());

  async function forgetIfSame(answer) {
    const kept = await find(answer.path);
    if (kept && kept.answered_at === answer.answered_at) await forget(answer.path);
  }

  // True when the server has taken it, or has said that it never will (gone, withdrawn, not ours).
  async function send(answer, token) {
    const { path, reaction, answered_at } = answer;
    const response = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      redirect: "manual", // a redirect is the sign-in page: the answer waits for its person
      headers: { "X-CSRFToken": token, "HX-Request": "true" },
      body: new URLSearchParams({ reaction, answered_at }),
    });
    return response.ok || [400, 404, 409, 410].includes(response.status);
  }

  const contentOf = (html, name) =>
    html.match(new RegExp(`<meta name="${name}" content="([^"]*)"`))?.[1] ?? "";
  const personOf = (html) => contentOf(html, "person");

  // Who is signed in on this browser now, with a token of now: whoever the page is of may have left
  // in another tab. Nobody is no one's id. Rejects when the network or the server is gone.
  async function whoIsHere() {
    const response = await fetch("/", { redirect: "manual", cache: "no-store" });
    if (response.type === "opaqueredirect") return { person: "", token: "" };
    if (!response.ok) throw new Error(`${response.status}`);
    const html = await response.text();
    return { person: personOf(html), token: contentOf(html, "csrf-token") };
  }

  // Sends what waits for who is here; returns how many were taken. Rejects when the network is gone.
  async function flush({ person, token }) {
    let sent = 0;
    for (const answer of await all()) {
      if (person && answer.person === person && (await send(answer, token))) {
        await forgetIfSame(answer);
        sent += 1;
      }
    }
    return sent;
  }

  // The page and the worker may both see the network come back: one of them sends.
  const flushAlone = (here) =>
    navigator.locks ? navigator.locks.request("oo-answers", () => flush(here)) : flush(here);

  return { keep, find, forget, all, flush: flushAlone, whoIsHere, personOf };
})();
