// The keys, on any keyboard, and their list. A person can switch them off in the settings.
"use strict";

(() => {
  const LETTER = /^[\p{L}\p{M}]+$/u;
  const LATIN = /^\p{Script=Latin}+$/u;
  const HELP = ["?", "؟", "？"];
  const legend = document.getElementById("keys");
  const isOff = document.body.classList.contains("keyless");
  let isLatin = true; // the layout, by the last letter that it gave
  let last = { letter: "", at: 0 };

  // Where a layout gives no Latin letters, those that are printed on the same keys. Some layouts
  // have signs among the letters: what these mean is told by the letters around them.
  function letterOf({ key, code }) {
    const physical = /^Key([A-Z])$/.exec(code)?.[1];
    if (physical && LETTER.test(key)) isLatin = LATIN.test(key);
    return physical && !isLatin ? physical.toLowerCase() : key.toLowerCase();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    if (HELP.includes(event.key)) return legend.open ? legend.close() : legend.showModal();
    if (legend.open) return;
    const letter = letterOf(event);
    const again = letter === last.letter && event.timeStamp - last.at < taps.SETTLES_MS;
    last = { letter, at: event.timeStamp };
    const target = document.querySelector(`[aria-keyshortcuts="${CSS.escape(letter)}"]`);
    if (!target?.getClientRects().length || target.disabled) return;
    event.preventDefault();
    // A tip that came by itself in this moment has not been read.
    if (!again && !target.closest("#tip.is-new [data-answers]")) taps.press(target);
  }

  function dropKeys() {
    for (const control of document.querySelectorAll("[aria-keyshortcuts]")) {
      control.removeAttribute("aria-keyshortcuts");
      control.querySelector("kbd")?.remove();
    }
  }

  if (!isOff) return document.addEventListener("keydown", onKey);
  for (const name of ["htmx:afterSwap", "oo:card"]) document.addEventListener(name, dropKeys);
  dropKeys();
})();
