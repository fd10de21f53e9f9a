/* A button `<button type="button" data-print hidden>` prints the page; without JavaScript it stays hidden. */
export function printing(root) {
  for (const button of root.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
