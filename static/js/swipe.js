// A finger on the words: right is done, left is not this, up is later, where the tip has such an
// answer. The button does the rest.
"use strict";

(() => {
  const LOCK_PX = 10;
  const EDGE_PX = 24; // the system's own back gesture starts here
  let pull = null;

  const threshold = () => Math.min(120, innerWidth * 0.28);

  function direction(dx, dy) {
    if (Math.abs(dx) > Math.abs(dy)) return dx > 0 ? "done" : "dismiss";
    return dy < 0 ? "snooze" : "";
  }

  function start(event) {
    const tip = event.target.closest?.('#tip[data-state="tip"]');
    const onEdge = event.clientX < EDGE_PX || event.clientX > innerWidth - EDGE_PX;
    if (!tip || onEdge || event.pointerType === "mouse" || !event.isPrimary) return;
    if (event.target.closest("a, button, .why") || tip.dataset.leaving) return;
    if (tip.classList.contains("is-new")) return;
    pull = { tip, id: event.pointerId, x: event.clientX, y: event.clientY, answer: "", share: 0 };
  }

  function move(event) {
    if (!pull || event.pointerId !== pull.id) return;
    const dx = event.clientX - pull.x;
    const dy = event.clientY - pull.y;
    if (!pull.locked && Math.hypot(dx, dy) < LOCK_PX) return;
    if (!pull.locked) {
      pull.locked = Math.abs(dx) > Math.abs(dy) ? "x" : "y";
      pull.tip.setPointerCapture?.(pull.id);
    }
    const along = pull.locked === "x" ? dx : Math.min(0, dy);
    pull.answer = pull.locked === "x" ? direction(dx, 0) : direction(0, along);
    pull.share = Math.min(1, Math.abs(along) / threshold());
    draw(along);
  }

  function draw(along) {
    const { tip, locked, answer, share } = pull;
    tip.classList.remove("tip--settling");
    tip.style.setProperty(locked === "x" ? "--dx" : "--dy", `${Math.round(along * 0.7)}px`);
    tip.style.setProperty("--pull", share.toFixed(2));
    if (answer && share > 0.35 && tip.querySelector(`.answer[value="${answer}"]`)) tip.dataset.pull = answer;
    else delete tip.dataset.pull;
  }

  function end(event) {
    if (!pull || event.pointerId !== pull.id) return;
    const { tip, answer, share } = pull;
    pull = null;
    const button = tip.querySelector(`.answer[value="${answer}"]`);
    if (event.type === "pointerup" && share === 1 && button && !button.disabled) button.click();
    else settle(tip);
  }

  function settle(tip) {
    tip.classList.add("tip--settling");
    for (const name of ["--dx", "--dy", "--pull"]) tip.style.removeProperty(name);
    delete tip.dataset.pull;
  }

  // An answer that did not get through leaves the card where the finger let go: put it back.
  function putBack() {
    const tip = document.getElementById("tip");
    if (tip) settle(tip);
  }

  document.addEventListener("pointerdown", start);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
  for (const name of ["responseError", "sendError", "timeout"]) {
    document.addEventListener(`htmx:${name}`, putBack);
  }
})();
