// Switches notifications on for this browser. Which of the listed devices it is, it remembers itself.
"use strict";

(() => {
  const DEVICE = "oo-device";
  const offer = document.querySelector("[data-notify]");
  const trouble = document.querySelector("[data-notify-trouble]");
  if (!offer || !("PushManager" in window) || !navigator.serviceWorker || !window.Notification) return;

  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  const here = document.querySelector(`[data-device="${CSS.escape(localStorage.getItem(DEVICE) ?? "")}"]`);
  if (!here) localStorage.removeItem(DEVICE); // removed, or of whoever was here before

  function tell(words) {
    trouble.textContent = words;
    trouble.hidden = false;
  }

  // One that another key of this oO was shown to cannot be reached any more.
  function isOurs({ options }) {
    const shown = String.fromCharCode(...new Uint8Array(options.applicationServerKey ?? []));
    return btoa(shown).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === offer.dataset.key;
  }

  async function isReached() {
    const worker = await navigator.serviceWorker.getRegistration();
    const known = await worker?.pushManager.getSubscription();
    return Boolean(known && isOurs(known));
  }

  async function subscribe() {
    await navigator.serviceWorker.register(offer.dataset.worker);
    const { pushManager } = await navigator.serviceWorker.ready;
    const old = await pushManager.getSubscription();
    if (old && !isOurs(old)) await old.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: offer.dataset.key });
  }

  async function switchOn() {
    trouble.hidden = true;
    if ((await Notification.requestPermission()) !== "granted") return tell(trouble.dataset.denied);
    try {
      const subscription = JSON.stringify(await subscribe());
      const body = new URLSearchParams({ subscription, instead: here?.dataset.device ?? "" });
      const headers = { "X-CSRFToken": token() };
      const answer = await fetch(offer.dataset.notify, { method: "POST", headers, body });
      const told = await answer.json();
      if (!answer.ok) return tell(told.words);
      localStorage.setItem(DEVICE, told.id);
      location.hash = "devices";
      location.reload();
    } catch {
      tell(trouble.dataset.failed);
    }
  }

  async function switchOff() {
    localStorage.removeItem(DEVICE);
    const worker = await navigator.serviceWorker.getRegistration();
    await (await worker?.pushManager.getSubscription())?.unsubscribe();
  }

  // Signing out takes it along: the key is sent with the form, and when oO has agreed the worker ends the
  // subscription. The key stays until the list says that it is none any more: oO may not have heard.
  document.querySelector("[data-sign-out]")?.addEventListener("submit", ({ target }) => {
    target.elements.namedItem("device").value = localStorage.getItem(DEVICE) ?? "";
  });

  async function showState() {
    // Without an answer it is on: oO would hear from its service that it is not.
    if (here && (await isReached().catch(() => true))) {
      here.querySelector("[data-here]").hidden = false;
      return;
    }
    offer.hidden = false;
    if (Notification.permission === "denied") tell(trouble.dataset.denied);
  }

  here?.querySelector("[data-remove]").addEventListener("submit", () => switchOff().catch(() => {}));
  offer.querySelector("button").addEventListener("click", switchOn);
  showState();
})();
