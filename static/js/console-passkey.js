// Adds a passkey, or shows one: the form says where to get options and where the answer goes.
"use strict";

(() => {
  const form = document.querySelector("[data-passkey]");
  const trouble = document.querySelector("[data-passkey-trouble]");
  if (!form) return;
  const button = form.querySelector("button");

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  function tell(words) {
    trouble.textContent = words;
    trouble.hidden = false;
  }

  async function post(address, body) {
    const answer = await fetch(address, { method: "POST", body, redirect: "manual" });
    if (answer.type === "opaqueredirect") return { go: location.href }; // signed out meanwhile
    return { ...(await answer.json()), ok: answer.ok };
  }

  function readable(options) {
    const described = (list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));
    const read = { ...options, challenge: toBytes(options.challenge) };
    if (options.user) read.user = { ...options.user, id: toBytes(options.user.id) };
    if (options.excludeCredentials) read.excludeCredentials = described(options.excludeCredentials);
    if (options.allowCredentials) read.allowCredentials = described(options.allowCredentials);
    return read;
  }

  function written(credential) {
    const { response } = credential;
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = toText(response[name]);
    }
    if (response.getTransports) parts.transports = response.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response: parts,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }

  async function ask() {
    const options = await post(form.dataset.options, new FormData(form));
    if (options.go) return options;
    const publicKey = readable(options);
    const adds = "user" in publicKey;
    const credential = await (adds
      ? navigator.credentials.create({ publicKey })
      : navigator.credentials.get({ publicKey }));
    const body = new FormData(form);
    body.set("answer", written(credential));
    return post(form.action, body);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    if (!window.PublicKeyCredential) return tell(trouble.dataset.missing);
    button.disabled = true;
    try {
      const told = await ask();
      if (told.go) return location.assign(told.go);
      tell(told.words ?? trouble.dataset.failed);
    } catch (error) {
      const known = error.name === "InvalidStateError" ? trouble.dataset.known : undefined;
      tell(known ?? trouble.dataset.failed);
    }
    button.disabled = false;
    button.focus();
  });

  // Unfold hides the page until Alpine has begun, and what is hidden gets no focus.
  if (button.autofocus) window.addEventListener("load", () => button.focus());
})();
