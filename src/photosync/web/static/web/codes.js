// Recovery codes: print them, or keep them as a file. Nothing is asked of the server: it shows them once only.
"use strict";

(() => {
  const codes = () => [...document.querySelectorAll("#codes code")].map((each) => each.textContent).join("\n");
  for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;
  document.querySelector("[data-print]").addEventListener("click", () => window.print());
  document.querySelector("[data-download]").addEventListener("click", (event) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${codes()}\n`], { type: "text/plain" }));
    link.download = event.currentTarget.dataset.download;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
})();
