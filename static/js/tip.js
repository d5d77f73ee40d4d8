// The reasons, undo, the beacon of a tip that was really seen, and what to do when a request fails.
// Without HTMX the forms and links work by themselves.
"use strict";

(() => {
  const STALE_MS = 60_000;
  const ASK_EVERY_MS = 20_000;
  const SEEN_AFTER_MS = 600;
  const GLIDE_MS = 450;

  const find = (selector) => document.querySelector(selector);
  const card = () => document.getElementById("tip");
  const meta = (name) => find(`meta[name="${name}"]`)?.content ?? "";
  const trouble = document.getElementById("trouble");
  const legend = document.getElementById("keys");
  let drawnAt = Date.now();
  let failed = null;
  let focusWasInCard = false;
  let whereWords = () => {};
  let askTimer = 0;
  let clockTimer = 0;

  // ---- why

  const whyIsOpen = () => Boolean(find("#why:not([hidden])"));

  function onKey({ key }) {
    if (key === "Escape" && !legend.open) closeWhy();
  }

  // The way back, of a phone or of the browser, closes the reasons before it leaves oO.
  function closeWhy() {
    if (!shutWhy()) return;
    if (history.state?.why) history.back();
  }

  function shutWhy() {
    const why = find("#why:not([hidden])");
    if (!why) return false;
    const hadFocus = why.contains(document.activeElement);
    const glide = gliding(find(".tip__words"));
    why.replaceChildren();
    why.hidden = true;
    glide();
    const link = find("[data-why]");
    link?.setAttribute("aria-expanded", "false");
    if (hadFocus) link?.focus();
    return true;
  }

  function whyOpened() {
    if (!whyIsOpen()) return; // closed between the swap and this
    const link = find("[data-why]");
    if (!history.state?.why) history.pushState({ why: link?.pathname }, "");
    link?.setAttribute("aria-expanded", "true");
    whereWords();
    document.getElementById("why-title")?.focus();
  }

  // Whoever comes back from where a reason led finds the reasons open, unless another tip is there.
  function openAgain() {
    if (!history.state?.why || whyIsOpen()) return;
    const link = find("[data-why]");
    if (link?.pathname !== history.state.why || !window.htmx) return history.replaceState(null, "");
    htmx.ajax("GET", link.href, { target: "#why", swap: "outerHTML" })?.catch(() => {});
  }

  const onPop = () => (history.state?.why ? openAgain() : shutWhy());

  function onClick(event) {
    const closes = event.target.closest("[data-close], [data-why][aria-expanded='true']");
    if (closes) return stop(event, closeWhy);
    if (event.target.closest("[data-again]")) return tryAgain();
    // A click on the dark around them closes the legend and the reasons.
    if (event.target === legend) legend.close();
    else if (whyIsOpen() && !event.target.closest("#why, .tip__foot, a[href]")) closeWhy();
  }

  function stop(event, act) {
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  // ---- answers

  function onSubmit(event) {
    const form = event.target;
    // What is said about the reasons is no answer to the tip.
    if (!form.matches("#tip form") || form.closest("#why")) return;
    const tip = card();
    if (tip.dataset.leaving) return stop(event, () => {});
    const moment = form.elements.namedItem("answered_at");
    if (moment) moment.value = new Date().toISOString();
    tip.dataset.leaving = event.submitter?.value || "form";
    focusWasInCard = Boolean(tip.querySelector(":focus-visible"));
    closeWhy();
    trouble.hidden = true;
  }

  // ---- movement

  // What a change puts elsewhere goes there: to be called before it, and the answer after it.
  function gliding(thing) {
    if (!thing || matchMedia("(prefers-reduced-motion: reduce)").matches) return () => {};
    const from = thing.getBoundingClientRect();
    return () => {
      const to = thing.getBoundingClientRect();
      const [dx, dy] = [from.x + from.width / 2 - to.x - to.width / 2, from.y - to.y];
      if (!to.width || Math.hypot(dx, dy) < 1) return;
      const easing = "cubic-bezier(0.2, 0.7, 0.2, 1)"; // --rise
      thing.animate({ translate: [`${dx}px ${dy}px`, "0 0"] }, { duration: GLIDE_MS, easing });
    };
  }

  // ---- one card at a time

  function arrive() {
    const tip = card();
    drawnAt = Date.now();
    tip.classList.toggle("tip--still", document.documentElement.scrollHeight <= innerHeight + 1);
    // A card that waits is drawn again and again: its rings go on where they were.
    tip.style.setProperty("--phase", `${-Math.round(performance.now() % 2800)}ms`);
    countDown(tip);
    whenSeen(tip);
    askInTime(tip);
    tellTime();
  }

  // How long until something begins is written here alone: a page that is kept is soon old.
  function tellTime() {
    clearTimeout(clockTimer);
    const now = Date.now();
    const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
    const changes = [];
    for (const place of document.querySelectorAll("#tip [data-until]")) {
      const left = Date.parse(place.dataset.until) - now;
      place.textContent = left > 0 ? ` · ${words.format(Math.ceil(left / 60_000), "minute")}` : "";
      if (left > 0) changes.push(left % 60_000);
    }
    for (const later of document.querySelectorAll("#tip [data-later-until]")) {
      const left = Date.parse(later.dataset.laterUntil) - now;
      if (left > 0) changes.push(left);
      else dropAnswer(later);
    }
    if (changes.length) clockTimer = setTimeout(tellTime, Math.min(...changes) + 50);
  }

  function dropAnswer(button) {
    const hadFocus = button === document.activeElement;
    taps.draw(button.form); // the others move to where it was
    button.remove();
    if (hadFocus) card().focus({ preventScroll: true });
  }

  // A page left open hears by itself of what was done elsewhere, while it is looked at; else of the
  // next tip, at the latest when its own ends.
  function askInTime({ dataset }) {
    clearTimeout(askTimer);
    if (!dataset.askAt) return;
    const left = Date.parse(dataset.askAt) - Date.now() + 5_000;
    askTimer = setTimeout(askAgain, isVisible() ? ASK_EVERY_MS : Math.min(3_600_000, Math.max(60_000, left)));
  }

  function countDown(tip) {
    const form = tip.querySelector("[data-undo-ms]");
    if (!form) return;
    const left = Number(form.dataset.undoMs);
    tip.style.setProperty("--undo-ms", `${left}ms`);
    tip.classList.add("tip--counting");
    setTimeout(() => {
      const hadFocus = form.contains(document.activeElement);
      const glide = gliding(tip.querySelector("[data-more]"));
      taps.draw(form.parentElement);
      form.hidden = true;
      glide();
      if (hadFocus) tip.querySelector("[data-more]")?.focus();
    }, left);
  }

  function whenSeen(tip) {
    if (!tip.dataset.shown) return;
    const seen = () => {
      if (!isVisible() || !tip.isConnected || !tip.dataset.shown) return;
      fetch(tip.dataset.shown, {
        method: "POST",
        headers: { "X-CSRFToken": meta("csrf-token") },
        keepalive: true,
      }).catch(() => {}); // a view that is not counted is no loss to the person
      delete tip.dataset.shown;
      document.removeEventListener("visibilitychange", soon);
    };
    const soon = () => setTimeout(seen, SEEN_AFTER_MS);
    document.addEventListener("visibilitychange", soon);
    soon();
  }

  function askAgain() {
    const tip = card();
    const settled = ["tip", "rest", "answered"].includes(tip.dataset.state);
    if (!window.htmx || !settled || tip.dataset.leaving) return;
    askInTime(tip);
    if (whyIsOpen()) return; // not under the eyes of who is reading
    htmx.ajax("GET", "/", { target: "#tip", swap: "outerHTML" })?.catch(() => {});
  }

  const isVisible = () => document.visibilityState === "visible";
  function onVisible() {
    if (!isVisible()) return;
    tellTime(); // a page in the background is rarely woken
    if (Date.now() - drawnAt > STALE_MS) askAgain();
    else askInTime(card());
  }

  // ---- HTMX

  function beforeSwap({ detail }) {
    const { target, xhr } = detail;
    if (target.id === "why") whereWords = gliding(find(".tip__words"));
    if (target.id !== "tip" && target.id !== "why") return;
    if (!xhr.responseText.includes(`id="${target.id}"`)) {
      detail.shouldSwap = false; // a whole page, so the session has ended
      if (xhr.status < 400) leave(detail.requestConfig);
      return;
    }
    const { key, state } = target.dataset;
    const asked = detail.requestConfig.verb === "get" && !["wait", "reading"].includes(state);
    if (!asked || target.id !== "tip" || !xhr.responseText.includes(`data-key="${key}"`)) return;
    detail.shouldSwap = false; // the same card again would only repeat its arrival
    drawnAt = Date.now();
    askInTime(target);
  }

  function afterSettle({ detail }) {
    if (detail.elt.id === "why") return whyOpened();
    if (detail.elt.id !== "tip") return;
    trouble.hidden = true;
    arrive();
    if (!focusWasInCard) return;
    focusWasInCard = false;
    (card().querySelector("button, a") ?? card()).focus({ preventScroll: true });
  }

  // Nobody is signed in any more: the answer waits for its person.
  function leave({ elt, triggeringEvent }) {
    const form = elt.closest("form");
    if (window.answers) return window.answers.leaveWith(form, triggeringEvent?.submitter);
    location.assign("/");
  }

  async function onFailure({ type, detail }) {
    if (detail.elt === document.body) return; // nobody has asked: the page asks again by itself
    const form = detail.elt.closest("form");
    const submitter = detail.requestConfig.triggeringEvent?.submitter;
    const tip = card();
    const isRefused = type === "htmx:responseError";
    const isAgain = isRefused && (await window.answers?.sendAgain(form, submitter, detail.xhr.status));
    if (isAgain) return;
    delete tip.dataset.leaving;
    if (!isRefused && form?.matches("[data-answers]") && window.answers) {
      return window.answers.keepAndShow(form, submitter);
    }
    failed = form && { submitter };
    taps.draw(trouble);
    trouble.hidden = false;
  }

  function tryAgain() {
    trouble.hidden = true;
    // Pressed, not submitted: HTMX sends a button's value only when the button was pressed last.
    if (failed?.submitter?.isConnected) failed.submitter.click();
    else location.assign("/");
  }

  addEventListener("popstate", onPop);
  document.addEventListener("DOMContentLoaded", openAgain);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick, true);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("visibilitychange", onVisible);
  // A page from the browser's own memory is from before the answer that left it.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  document.addEventListener("oo:card", arrive);
  document.addEventListener("htmx:beforeSwap", beforeSwap);
  document.addEventListener("htmx:afterSettle", afterSettle);
  for (const name of ["responseError", "sendError", "timeout"]) {
    document.addEventListener(`htmx:${name}`, onFailure);
  }
  arrive();
})();
