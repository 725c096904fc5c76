// Parts of a page ask the server for news by themselves. Where it gives no answer, the page says so: what it shows
// would otherwise look as if it were still true.
"use strict";

(() => {
  const told = document.querySelector("[data-no-answer]");

  // A part that got no answer, by the address that it asks. Another part's answer does not make this one's true.
  const silent = new Map();

  function fails(event) {
    silent.set(event.detail.pathInfo.requestPath, event.detail.elt);
    if (!told || !told.hidden) return;
    told.querySelector("time").textContent =
      new Intl.DateTimeFormat("en-AU", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date());
    told.hidden = false;
  }

  function answers(event) {
    silent.delete(event.detail.pathInfo.requestPath);
    for (const [path, part] of silent) if (!part.isConnected) silent.delete(path);
    if (told && !silent.size) told.hidden = true;
  }

  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, fails);
  document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status >= 500) fails(event); });
  document.addEventListener("htmx:afterOnLoad", (event) => { if (event.detail.xhr.status < 500) answers(event); });
})();
