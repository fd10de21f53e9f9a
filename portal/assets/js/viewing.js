/*
  Files of a case beside its form: one after the other, pictures larger, smaller and turned, pages of a document.
  Without this script a file opens in the frame as it is. Everything is a class: the policy allows no inline style.
*/
const SIZES = ["fit", "100", "150", "200", "300"];
const TURNS = 4;

export function viewing(root) {
  const viewer = root.querySelector("[data-viewer]");
  if (!viewer) return;
  const frame = viewer.querySelector("iframe");
  const box = viewer.querySelector(".portal-viewer__picture");
  const image = box.querySelector("img");
  const files = [...root.querySelectorAll("[data-file]")];
  let place = -1;
  let size = 0;
  let turn = 0;
  let page = 1;

  function dress() {
    image.className = `portal-viewer__image portal-viewer__image--${SIZES[size]} portal-viewer__image--turn-${turn}`;
  }

  function show(next) {
    if (!files.length) return;
    place = (next + files.length) % files.length;
    size = 0;
    turn = 0;
    page = 1;
    const link = files[place];
    const picture = link.dataset.kind === "image";
    box.hidden = !picture;
    frame.hidden = picture;
    if (picture) {
      image.src = link.href;
      image.alt = link.textContent.trim();
      dress();
    } else {
      frame.src = link.href;
    }
    for (const one of files) one.toggleAttribute("aria-current", one === link);
  }

  function leaf(step) {
    if (place < 0 || files[place].dataset.kind === "image") return;
    page = Math.max(1, page + step);
    frame.src = `${files[place].href}#page=${page}`;
  }

  const doing = {
    previous: () => show(place - 1),
    next: () => show(place + 1),
    "page-back": () => leaf(-1),
    "page-on": () => leaf(1),
    larger: () => { size = Math.min(size + 1, SIZES.length - 1); dress(); },
    smaller: () => { size = Math.max(size - 1, 0); dress(); },
    turn: () => { turn = (turn + 1) % TURNS; dress(); },
  };
  viewer.querySelector("[role=toolbar]").hidden = false;
  for (const button of viewer.querySelectorAll("[data-view]")) {
    button.addEventListener("click", () => doing[button.dataset.view]());
  }
  for (const [index, link] of files.entries()) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(index);
    });
  }
  if (files.length && files[0].dataset.kind === "image") show(0);
}
