/* Runs before the page is drawn, so that parts which need JavaScript do not jump when the modules arrive. */
document.documentElement.classList.add("js-early");
document.addEventListener("readystatechange", () => {
  if (document.body && "noModule" in HTMLScriptElement.prototype) {
    document.body.classList.add("js-enabled", "govuk-frontend-supported");
  }
});
