// Parts of a page ask the server for news by themselves. Where it gives no answer, the page says so: what it shows
// would otherwise look as if it were still true.
"use strict";

(() => {
  const told = document.querySelector("[data-no-answer]");

  function fails() {
    if (!told || !told.hidden) return;
    told.querySelector("time").textContent =
      new Intl.DateTimeFormat("en-AU", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date());
    told.hidden = false;
  }

  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, fails);
  document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status >= 500) fails(); });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (told && event.detail.xhr.status < 500) told.hidden = true;
  });
})();
