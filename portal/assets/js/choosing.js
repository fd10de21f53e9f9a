/* The button for choosing files holds a comma that only screen readers see. As part of the button's name but not of
   its visible words it breaks "label in name" (WCAG 2.5.3) for those who speak to their computer: it goes beside the
   button, where the name still finds it between the label and the words. */
export function choosing(root) {
  for (const button of root.querySelectorAll(".govuk-file-upload-button")) {
    const comma = button.querySelector(":scope > .govuk-visually-hidden");
    if (comma) button.after(comma);
  }
}
