/*
  One-key work at the window. An element says its key in `data-key`: pressing it clicks a button or link, opens a
  part of the page and goes to its first field, or puts the cursor into a search box. `data-row` are the links of a
  list, walked with j and k; `data-file` the files of a case, walked with f. Nothing happens while somebody types,
  or when one-key work is switched off (it is remembered; WCAG 2.1.4).
*/
import { choosingWords, ticking } from "./desk.js";
import { signing } from "./signing.js";
import { viewing } from "./viewing.js";

const OFF = "window-keys-off";
const TYPED_INTO = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const FIELDS = "textarea, input:not([type=hidden]), select, button";
let file = -1;

function switchedOff() {
  try { return localStorage.getItem(OFF) === "yes"; } catch { return false; }
}

function remember(on) {
  try { localStorage.setItem(OFF, on ? "no" : "yes"); } catch { /* private window: it lasts as long as the page */ }
}

function reach(element) {
  const part = element.closest("details");
  if (part && (element === part || element.tagName === "SUMMARY")) {
    part.open = true;
    (part.querySelector(`form :is(${FIELDS})`) ?? part.querySelector("summary")).focus();
    part.scrollIntoView({ block: "nearest" });
  } else if (element.matches(TYPED_INTO)) {
    element.focus();
  } else {
    element.click();
  }
}

function walk(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const here = rows.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step;
  rows[Math.max(0, Math.min(next, rows.length - 1))].focus();
}

function nextFile() {
  const files = [...document.querySelectorAll("[data-file]")];
  if (!files.length) return;
  file = (file + 1) % files.length;
  files[file].focus();
  files[file].click();
}

const MOVES = {
  j: () => walk(1),
  k: () => walk(-1),
  f: nextFile,
  q: () => location.assign("/window"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter" && event.target.form) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || switchedOff()) return;
  if (event.target.matches?.(TYPED_INTO)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const marked = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!marked && !MOVES[event.key]) return;
  event.preventDefault();
  if (marked) reach(marked); else MOVES[event.key]();
});

const control = document.getElementById("keys-on");
if (control) {
  document.getElementById("keys-off").hidden = false;
  control.checked = !switchedOff();
  control.addEventListener("change", () => remember(control.checked));
}

choosingWords(document);
ticking(document);
signing(document);
viewing(document);
