/*
  Large files go piece by piece (`form data-uploads="/…/uploads"`): a lost line is tried again with growing pauses, and
  choosing the same file later goes on where it stopped. Small files, and browsers without this, send the form whole.
*/
const SMALL = 1024 * 1024;
const PAUSES = [1000, 2000, 4000, 8000, 15000];

export function uploading(root) {
  for (const form of root.querySelectorAll("form[data-uploads]")) watch(form);
}

function watch(form) {
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("button[type=submit]");
  const told = document.createElement("p");
  told.className = "govuk-body";
  told.setAttribute("role", "status");
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.hidden = true;
  bar.setAttribute("aria-label", button.textContent.trim());
  button.before(bar, told);
  let busy = false;

  form.addEventListener("submit", async (event) => {
    const file = input.files[0];
    if (!busy && (!file || file.size <= SMALL)) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    button.setAttribute("aria-disabled", "true");
    try {
      const refused = await send(file);
      if (refused === null) return location.assign(location.pathname);
      say(refused, true);
    } catch {
      say(form.dataset.failed, true);
    }
    busy = false;
    bar.hidden = true;
    button.removeAttribute("aria-disabled");
  });

  function say(text, wrong = false) {
    told.className = wrong ? "govuk-error-message" : "govuk-body";
    told.textContent = text;
  }

  /* Nothing when the file is there, else what is wrong with it. */
  async function send(file) {
    const begun = await ask("", "POST", JSON.stringify({ name: file.name, size: file.size, mark: String(file.lastModified) }));
    if (begun.told !== undefined) return begun.told || form.dataset.failed;
    let received = begun.received;
    bar.hidden = false;
    for (;;) {
      const percent = Math.floor((received * 100) / file.size);
      bar.value = percent;
      say(form.dataset.progress.replace("{percent}", percent));
      const piece = file.slice(received, received + begun.piece);
      const answer = await ask(`/${begun.id}?start=${received}`, "PUT", piece);
      if (answer.done) return null;
      if (answer.told !== undefined) return answer.told;
      received = answer.received;
    }
  }

  /* An answer in JSON; anything else is a lost line, or a sign-in that has run out, and is tried again. */
  async function ask(place, method, body) {
    const token = form.querySelector("input[name=_csrf_token]").value;
    for (let tries = 0; ; tries++) {
      try {
        const answer = await fetch(form.dataset.uploads + place, {
          method,
          body,
          headers: { "x-csrftoken": token, "content-type": "application/octet-stream" },
          redirect: "error",
        });
        if ([200, 201, 400, 409, 422].includes(answer.status)) return await answer.json();
        if (answer.status < 500) throw new Refused();
      } catch (failed) {
        if (failed instanceof Refused) throw failed;
      }
      if (tries === PAUSES.length) throw new Refused();
      say(form.dataset.broken);
      await new Promise((resume) => setTimeout(resume, PAUSES[tries]));
    }
  }
}

class Refused extends Error {}
