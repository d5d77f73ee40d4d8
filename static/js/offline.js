// Answers given without a network: kept, shown as kept, sent when the network is back.
"use strict";

(() => {
  const queue = self.answerQueue;
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const card = () => document.getElementById("tip");
  let sentAgain = null;
  const answerForm = () => document.querySelector("#tip form[data-answers]");

  function showSaved(path, reaction) {
    const before = card();
    const saved = document.getElementById("saved-card").content.firstElementChild.cloneNode(true);
    saved.dataset.path = path;
    const answer = wordsOf(before, reaction);
    const heading = saved.querySelector("h1");
    if (answer) heading.textContent = heading.dataset.said.replace("{answer}", () => answer);
    saved.querySelector("[data-undo]").addEventListener("click", () => takeBack(path, saved, before));
    replaceCard(before, saved);
  }

  // As its button says it; the letter of its key stands in an element of its own.
  function wordsOf(tip, reaction) {
    const buttons = [...tip.querySelectorAll("[data-answers] .answer")];
    return buttons.find(({ value }) => value === reaction)?.firstChild.textContent.trim();
  }

  async function takeBack(path, saved, before) {
    await queue.forget(path);
    delete before.dataset.leaving;
    replaceCard(saved, before);
  }

  function replaceCard(old, next) {
    old.replaceWith(next);
    document.dispatchEvent(new Event("oo:card"));
  }

  async function keep(form, submitter) {
    const path = new URL(form.action).pathname;
    const answered_at = form.elements.namedItem("answered_at").value;
    await queue.keep({ path, reaction: submitter.value, answered_at, person: meta("person") });
    return path;
  }

  async function keepAndShow(form, submitter) {
    try {
      showSaved(await keep(form, submitter), submitter.value);
    } catch {
      document.getElementById("trouble").hidden = false; // no storage here: the person tries again
      return;
    }
    const worker = await navigator.serviceWorker?.getRegistration();
    await worker?.sync?.register("answers").catch(() => {});
  }

  // ---- who is signed in

  // Somebody signed in anew in another tab, which made the token of this page an old one. True when
  // the form is on its way again, once; or when somebody else is here, and it waits for its person.
  async function sendAgain(form, submitter, status) {
    if (![403, 404].includes(status) || !submitter || submitter === sentAgain) return false;
    const here = await queue.whoIsHere().catch(() => undefined);
    if (!here) return false;
    if (here.person !== meta("person")) return leaveWith(form, submitter);
    if (status !== 403) return false;
    sentAgain = submitter;
    document.querySelector('meta[name="csrf-token"]').content = here.token;
    for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = here.token;
    delete card().dataset.leaving;
    submitter.click();
    return true;
  }

  async function leaveWith(form, submitter) {
    if (submitter && form?.matches("[data-answers]")) await keep(form, submitter).catch(() => {});
    return leave();
  }

  // What this page shows is not for who is here now, nor is the copy of it.
  async function leave() {
    await window.caches?.delete("oo-person").catch(() => {});
    location.assign("/");
    return true;
  }

  // ---- the network is back

  async function catchUp() {
    const here = await queue.whoIsHere().catch(() => undefined);
    if (!here) return;
    if (here.person !== meta("person")) return leave();
    const sent = await queue.flush(here).catch(() => 0);
    // What is on the page is from before these answers.
    if (sent > 0) location.reload();
    else await leaveSaved();
  }

  // The worker may have sent it: then "saved" is no longer true.
  async function leaveSaved() {
    const { path } = card().dataset;
    if (path && !(await queue.find(path))) location.reload();
  }

  async function begin() {
    if (location.pathname !== "/") return;
    const form = answerForm();
    const path = form && new URL(form.action).pathname;
    const own = (await queue.all()).filter((answer) => answer.person === meta("person"));
    const waiting = own.find((answer) => answer.path === path);
    if (waiting) showSaved(path, waiting.reaction);
    const isOld = "cached" in document.documentElement.dataset;
    if (navigator.onLine && (isOld || own.length)) await catchUp();
  }

  const worker = document.currentScript.dataset.worker;
  if (worker && "serviceWorker" in navigator) navigator.serviceWorker.register(worker).catch(() => {});
  window.answers = { keepAndShow, sendAgain, leaveWith };
  window.addEventListener("online", catchUp);
  navigator.serviceWorker?.addEventListener("message", ({ data }) =>
    data === "left" ? leave() : leaveSaved(),
  );
  begin().catch(() => {}); // private windows may refuse storage; the page works without
})();
