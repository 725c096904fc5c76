// What is shown once: print it, copy it, or keep it as a file. Nothing is asked of the server. Without this script
// the text is there to be copied by hand.
"use strict";

(() => {
  const textOf = (part) => [...part.querySelectorAll("code")].map((each) => each.textContent).join("\n");
  for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;

  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy"); // over plain HTTP browsers have no other way
      }
      button.textContent = button.dataset.copied;
    });
  }
  for (const button of document.querySelectorAll("[data-download]")) {
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([`${textOf(document.getElementById("codes"))}\n`], { type: "text/plain" }));
      link.download = button.dataset.download;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }
})();
