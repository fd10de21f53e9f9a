/*
  A part of the page with `data-live="ADDRESS"` keeps itself up: the stream says «look again», the page is fetched anew
  and each `[data-live-part]` takes its new content. Where no stream comes about, it looks every fifteen seconds. On a
  desk it stops when nobody was there for as long as a sign-in lasts; with `data-live-always`, on a wall, it does not.
*/
const SOONEST = 1_000;
const MINUTE = 60_000;
const WITHOUT = 15_000;
const root = document.querySelector("[data-live]");
if (root) living(root);

function living(page) {
  const pause = document.querySelector("[data-live-pause]");
  const always = "liveAlways" in page.dataset;
  const limit = Number(document.querySelector("[data-idle]")?.dataset.idle || 20) * MINUTE;
  let paused = false;
  let last = 0;
  let touched = Date.now();
  let waiting = null;
  let stream = null;
  let busy = false;

  function stopped() {
    return paused || document.hidden || (!always && Date.now() - touched > limit);
  }

  function soon() {
    if (waiting || stopped()) return;
    waiting = setTimeout(look, Math.max(0, last + SOONEST - Date.now()));
  }

  async function look() {
    waiting = null;
    if (busy || stopped()) return;
    busy = true;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { cache: "no-store", headers: { accept: "text/html" } });
      if (answer.ok && !answer.redirected) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // Away for a moment: the next word or the next minute brings it.
    } finally {
      busy = false;
    }
  }

  function take(fresh) {
    const source = fresh.querySelector("[data-live]");
    if (!source) return;
    page.dataset.turn = source.dataset.turn;
    for (const part of page.querySelectorAll("[data-live-part]")) {
      const other = source.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
      if (other && other.innerHTML !== part.innerHTML) swap(part, other);
    }
    if (always) document.dispatchEvent(new Event("htmx:afterRequest"));
  }

  function swap(part, other) {
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const places = [...part.querySelectorAll(".portal-table")].map((frame) => frame.scrollLeft);
    const index = focused ? [...part.querySelectorAll("a, [tabindex]")].indexOf(focused) : -1;
    part.replaceChildren(...document.importNode(other, true).childNodes);
    part.querySelectorAll(".portal-table").forEach((frame, at) => {
      frame.scrollLeft = places[at] || 0;
    });
    if (index >= 0) part.querySelectorAll("a, [tabindex]")[index]?.focus({ preventScroll: true });
  }

  function open() {
    if (stream || stopped() || !("EventSource" in window)) return;
    stream = new EventSource(page.dataset.live);
    stream.addEventListener("board", (event) => {
      if (event.data !== page.dataset.turn) soon();
    });
    stream.onerror = () => {
      if (stream?.readyState === EventSource.CLOSED) close();
    };
  }

  function close() {
    stream?.close();
    stream = null;
  }

  function here() {
    touched = Date.now();
    if (!stream) {
      open();
      soon();
    }
  }

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    if (paused) close();
    else here();
  });
  for (const kind of ["pointerdown", "keydown", "focus"]) addEventListener(kind, here, { passive: true });
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : here()));
  addEventListener("pagehide", close);
  setInterval(() => {
    if (stopped()) close();
    else {
      if (Date.now() - last > (stream ? MINUTE : WITHOUT)) soon();
      open();
    }
  }, WITHOUT);
  open();
}
