// One tap, one answer: what has just appeared takes no tap for half a second, since a second quick
// one was meant for what stood there before. By class, so that a style can turn the finger away.
"use strict";

(() => {
  const SETTLES_MS = 500;
  const timers = new WeakMap();
  let isDeliberate = false;

  function draw(place) {
    clearTimeout(timers.get(place));
    place.classList.add("is-new");
    timers.set(place, setTimeout(() => place.classList.remove("is-new"), SETTLES_MS));
  }

  // For a key: it was looked at as a key, and means no place on the screen.
  function press(control) {
    isDeliberate = true;
    control.click();
    isDeliberate = false;
  }

  function onClick(event) {
    const control = event.target.closest("a, button");
    if (!control || isDeliberate) return;
    // The link that opens the reasons also closes them.
    const opens = control.matches("[data-why]") && document.querySelector("#why.is-new");
    if (!opens && !control.closest(".is-new")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  // A key that is held down presses again and again, by now what took the focus.
  function onKey(event) {
    const presses = event.key === "Enter" || event.key === " ";
    if (event.repeat && presses && event.target.closest?.("a, button")) event.preventDefault();
  }

  function afterSwap({ detail }) {
    const tip = document.getElementById("tip");
    if (detail.target.id === "why") draw(document.getElementById("why"));
    // A card that waits is drawn again and again; what is on it stays where it is.
    else if (detail.target.id === "tip" && !["wait", "reading"].includes(tip.dataset.state)) draw(tip);
  }

  window.taps = { SETTLES_MS, draw, press };
  document.addEventListener("click", onClick, true);
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("htmx:afterSwap", afterSwap);
  document.addEventListener("oo:card", () => draw(document.getElementById("tip")));
})();
