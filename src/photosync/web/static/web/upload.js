// A file that is too large is told before it is sent. Without this script the server tells it.
"use strict";

for (const input of document.querySelectorAll("input[type=file][data-largest-bytes]")) {
  input.addEventListener("change", () => {
    const largest = Number(input.dataset.largestBytes);
    const isTooLarge = [...input.files].some((file) => file.size > largest);
    input.setCustomValidity(isTooLarge ? input.dataset.tooLarge : "");
    if (isTooLarge) input.reportValidity();
  });
}
