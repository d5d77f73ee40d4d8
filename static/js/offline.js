// Answers given without a network: kept, shown as kept, sent when the network is back.
"use strict";

(() => {
  const queue = self.answerQueue;
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const card = () => document.getElementById("tip");
  const answerForm = () => document.querySelector("#tip form[data-answers]");

  function showSaved(path) {
    const before = card();
    const saved = document.getElementById("saved-card").content.firstElementChild.cloneNode(true);
    saved.dataset.path = path;
    saved.querySelector("[data-undo]").addEventListener("click", () => takeBack(path, saved, before));
    replaceCard(before, saved);
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

  async function keepAnswer(form, submitter) {
    const path = new URL(form.action).pathname;
    const answered_at = form.elements.namedItem("answered_at").value;
    try {
      await queue.keep({ path, reaction: submitter.value, answered_at, person: meta("person") });
    } catch {
      document.getElementById("trouble").hidden = false; // no storage here: the person tries again
      return;
    }
    showSaved(path);
    const worker = await navigator.serviceWorker?.getRegistration();
    await worker?.sync?.register("answers").catch(() => {});
  }

  async function sendKept() {
    const sent = await queue.flush(meta("csrf-token"), meta("person")).catch(() => 0);
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
    const kept = path && (await queue.find(path));
    if (kept && kept.person === meta("person")) showSaved(path);
    if (navigator.onLine) await sendKept();
  }

  const worker = document.currentScript.dataset.worker;
  if (worker && "serviceWorker" in navigator) navigator.serviceWorker.register(worker).catch(() => {});
  window.keepAnswer = keepAnswer;
  window.addEventListener("online", sendKept);
  navigator.serviceWorker?.addEventListener("message", leaveSaved);
  begin().catch(() => {}); // private windows may refuse storage; the page works without
})();
