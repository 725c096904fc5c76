// The button that prints. Without this script the browser's own menu does.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const image of document.querySelectorAll("img[loading=lazy]")) image.loading = "eager";
    window.print();
  });
}
