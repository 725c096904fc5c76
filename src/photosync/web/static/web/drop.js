// A picture that is dropped on the form is the one that is sent. Without this script it is chosen.
"use strict";

for (const form of document.querySelectorAll("form[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const hint = form.querySelector("[data-drophint]");
  hint.hidden = !window.matchMedia("(pointer: fine)").matches;
  const over = (isOver) => form.classList.toggle("is-over", isOver);
  form.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
  form.addEventListener("dragleave", (event) => { if (!form.contains(event.relatedTarget)) over(false); });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (!event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    input.dispatchEvent(new Event("change"));
    hint.textContent = `${form.dataset.dropped} ${one.files[0].name}`;
    form.querySelector("button.primary").focus();
  });
}
