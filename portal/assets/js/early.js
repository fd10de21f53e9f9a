/* First thing in the body: parts that need JavaScript take their form before they are drawn, so nothing jumps. */
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
}
