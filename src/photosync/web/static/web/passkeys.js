// Passkeys: asks the browser for one, and sends what it answers in the form that holds the button.
"use strict";

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  function forCreating({ publicKey: asked }) {
    const user = { ...asked.user, id: bytes(asked.user.id) };
    return { publicKey: {
      ...asked, user, challenge: bytes(asked.challenge), excludeCredentials: named(asked.excludeCredentials),
    } };
  }

  function forUsing({ publicKey: asked }) {
    return { publicKey: {
      ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials),
    } };
  }

  function answered(credential) {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      const value = credential.response[part];
      if (value) response[part] = text(value);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }

  async function optionsFor(form) {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    return (await answer.json()).request_options;
  }

  async function ask(form) {
    const options = await optionsFor(form);
    return form.dataset.passkey === "add"
      ? navigator.credentials.create(forCreating(options))
      : navigator.credentials.get(forUsing(options));
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = form.querySelector("[data-failed]");
      failed.hidden = true;
      try {
        form.elements.credential.value = answered(await ask(form));
      } catch {
        failed.hidden = false;
        return;
      }
      form.submit();
    });
  }
})();
