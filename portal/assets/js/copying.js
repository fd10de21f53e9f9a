/*
  A button `<button type="button" data-copy="TEXT" data-copied="WORDS" hidden>` puts TEXT on the clipboard and
  says WORDS for a moment, aloud too. Where there is no clipboard (plain http) it stays hidden.
*/
const SHOWN_FOR = 2500;

export function copying(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy]")) {
    const words = button.textContent;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = words; }, SHOWN_FOR);
    });
  }
}
