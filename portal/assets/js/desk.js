/* Small helps at the desk: usual words go into the field they are for, all rows are ticked at once. */

/* A link with `data-phrase` adds its words to the field named by `data-into`; without this script it loads the page with them. */
export function choosingWords(root) {
  for (const link of root.querySelectorAll("[data-phrase]")) {
    link.addEventListener("click", (event) => {
      const field = root.getElementById(link.dataset.into);
      if (!field) return;
      event.preventDefault();
      const words = link.textContent.trim();
      field.value = field.value.trim() ? `${field.value.trimEnd()}\n${words}` : words;
      field.focus();
    });
  }
}

export function ticking(root) {
  const all = root.querySelector("[data-tick-all]");
  const ticks = [...root.querySelectorAll("[data-tick]")];
  if (!all || !ticks.length) return;
  all.hidden = false;
  all.addEventListener("click", () => {
    const on = ticks.some((tick) => !tick.checked);
    for (const tick of ticks) tick.checked = on;
  });
}
