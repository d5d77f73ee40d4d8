// Switches notifications on for this browser. Which of the listed devices it is, it remembers itself.
"use strict";

(() => {
  const DEVICE = "oo-device";
  const offer = document.querySelector("[data-notify]");
  const trouble = document.querySelector("[data-notify-trouble]");
  if (!offer || !("PushManager" in window) || !navigator.serviceWorker || !window.Notification) return;

  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  const here = document.querySelector(`[data-device="${CSS.escape(localStorage.getItem(DEVICE) ?? "")}"]`);

  function tell(words) {
    trouble.textContent = words;
    trouble.hidden = false;
  }

  async function subscribe() {
    await navigator.serviceWorker.register(offer.dataset.worker);
    const { pushManager } = await navigator.serviceWorker.ready;
    const old = await pushManager.getSubscription();
    const options = { userVisibleOnly: true, applicationServerKey: offer.dataset.key };
    // One that another key of this oO was shown to cannot be reached any more.
    try {
      return await pushManager.subscribe(options);
    } catch (error) {
      if (error.name !== "InvalidStateError" || !old) throw error;
      await old.unsubscribe();
      return pushManager.subscribe(options);
    }
  }

  async function switchOn() {
    trouble.hidden = true;
    if ((await Notification.requestPermission()) !== "granted") return tell(trouble.dataset.denied);
    try {
      const subscription = JSON.stringify(await subscribe());
      const body = new URLSearchParams({ subscription });
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

  // Signing out takes it along: the key is sent with the form, and the worker ends the subscription.
  document.querySelector("[data-sign-out]")?.addEventListener("submit", ({ target }) => {
    target.elements.namedItem("device").value = localStorage.getItem(DEVICE) ?? "";
    localStorage.removeItem(DEVICE);
  });

  if (here) {
    here.querySelector("[data-here]").hidden = false;
    here.querySelector("[data-remove]").addEventListener("submit", () => switchOff().catch(() => {}));
    return;
  }
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", switchOn);
  if (Notification.permission === "denied") tell(trouble.dataset.denied);
})();
