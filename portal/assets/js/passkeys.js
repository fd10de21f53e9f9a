/*
  A form `<form data-passkey="get|create" data-options="JSON" hidden>` appears where the browser knows passkeys. When
  it is sent, the browser asks its owner, and what it answers goes along in the field `answer`. What stands in
  `[data-passkey-without]` is for everybody else.
*/
const PARSERS = { get: "parseRequestOptionsFromJSON", create: "parseCreationOptionsFromJSON" };
const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function parsed(doing, options) {
  const parser = PARSERS[doing];
  if (PublicKeyCredential[parser]) return PublicKeyCredential[parser](options);
  const whole = { ...options, challenge: bytes(options.challenge) };
  if (options.user) whole.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (options[list]) whole[list] = options[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return whole;
}

function told(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { response } = credential;
  const found = PARTS.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: Object.fromEntries(found),
  };
}

function prepare(form) {
  const doing = form.dataset.passkey;
  const failed = form.querySelector("[data-passkey-failed]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      const publicKey = parsed(doing, JSON.parse(form.dataset.options));
      const credential = await navigator.credentials[doing]({ publicKey });
      form.elements.answer.value = JSON.stringify(told(credential));
    } catch {
      failed.hidden = false;
      return;
    }
    form.submit();
  });
}

export function passkeys(root) {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const forms = [...root.querySelectorAll("form[data-passkey]")];
  forms.forEach(prepare);
  if (!forms.length) return;
  for (const words of root.querySelectorAll("[data-passkey-without]")) words.hidden = true;
}
