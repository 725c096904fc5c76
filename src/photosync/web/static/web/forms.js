// Forms that are edited: Save is idle until something changed, unsaved changes are announced, and a date is
// said in words. Without this script every form works all the same.
"use strict";

(() => {
  const words = new Intl.DateTimeFormat("en-AU", {
    weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
  });

  function sayDay(input) {
    const place = document.querySelector(`[data-day-words="${input.id}"]`);
    if (place) place.textContent = input.valueAsDate ? words.format(input.valueAsDate).replace(",", "") : "";
  }

  function stateOf(form) {
    const data = new FormData(form);
    data.delete("csrfmiddlewaretoken");
    return new URLSearchParams(data).toString();
  }

  function guard(form) {
    const before = stateOf(form);
    const save = form.querySelector("[data-save]");
    const unsaved = form.querySelector("[data-unsaved]");
    const sent = "changed" in form.dataset || form.querySelector("[aria-invalid=true]") || document.getElementById("errors");
    let leaving = false;
    const isChanged = () => Boolean(sent) || stateOf(form) !== before;

    function show() {
      if (save) save.disabled = !isChanged();
      if (unsaved) unsaved.hidden = !isChanged();
    }

    form.addEventListener("input", show);
    form.addEventListener("change", show);
    form.addEventListener("submit", () => { leaving = true; });
    window.addEventListener("beforeunload", (event) => {
      if (!leaving && form.isConnected && isChanged()) event.preventDefault();
    });
    show();
  }

  function begin(root) {
    for (const input of root.querySelectorAll("input[data-day]")) {
      input.addEventListener("input", () => sayDay(input));
    }
    const forms = root.matches?.("form[data-guard]") ? [root] : root.querySelectorAll("form[data-guard]");
    for (const form of forms) guard(form);
  }

  begin(document);
  document.addEventListener("htmx:afterSwap", (event) => {
    const part = event.detail.target.id && document.getElementById(event.detail.target.id);
    if (part) begin(part);
  });
})();
