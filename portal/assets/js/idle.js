/*
  A section with `data-idle="MINUTES"` warns two minutes before a sign-in runs out and says when it has. Nothing is
  taken from the page. «Stay» asks the portal, which is what counts as being here; so does any page or deed, also in
  another window of the same browser.
*/
const MINUTE = 60_000;
const WARNED_BEFORE = 2 * MINUTE;
const CHANNEL = "portal-here";

export function idling(root) {
  const section = root.querySelector("[data-idle]");
  if (!section) return;
  const part = (name) => section.querySelector(`[data-idle-${name}]`);
  const limit = Number(section.dataset.idle) * MINUTE;
  const others = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
  let since = Date.now();

  function show() {
    const left = since + limit - Date.now();
    section.hidden = left > WARNED_BEFORE;
    part("soon").hidden = left <= 0;
    part("stay").hidden = left <= 0;
    part("over").hidden = left > 0;
  }

  function here() {
    since = Date.now();
    show();
  }

  part("stay").addEventListener("click", async () => {
    const answer = await fetch("/sign-in/still-here", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) {
      here();
      others?.postMessage("here");
    } else if (answer) {
      since = Date.now() - limit;
      show();
    }
  });
  document.addEventListener("htmx:afterRequest", here);
  if (others) {
    others.onmessage = here;
    others.postMessage("here");
  }
  setInterval(show, 10_000);
  document.addEventListener("visibilitychange", show);
}
