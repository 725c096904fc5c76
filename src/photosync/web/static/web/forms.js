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

  // As the server sent it. A browser that comes back to a page fills in what was typed there before, so what the
  // fields hold when the script begins says nothing.
  function isAsSent(field) {
    if (field.type === "checkbox" || field.type === "radio") return field.checked === field.defaultChecked;
    if (field.type !== "select-one") return field.value === field.defaultValue;
    const sent = [...field.options].findLastIndex((each) => each.defaultSelected);
    return field.selectedIndex === Math.max(sent, 0) || field.options.length === 0;
  }

  // What was refused no longer stands in the field, so its refusal goes. What stands there now is looked at when sent.
  function forget(field) {
    if (field.getAttribute("aria-invalid") !== "true" || !field.id) return;
    const told = `${field.id}_error`;
    field.removeAttribute("aria-invalid");
    const about = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each && each !== told);
    if (about.length) field.setAttribute("aria-describedby", about.join(" "));
    else field.removeAttribute("aria-describedby");
    document.getElementById(told)?.remove();
    const errors = document.getElementById("errors");
    errors?.querySelector(`a[href="#${CSS.escape(field.id)}"]`)?.closest("p, li")?.remove();
    if (errors && !errors.textContent.trim()) errors.remove();
  }

  function guard(form) {
    const save = form.querySelector("[data-save]");
    const sent = "changed" in form.dataset || form.querySelector("[aria-invalid=true]") || document.getElementById("errors");
    let leaving = false;
    const fields = () => [...form.elements].filter((each) => each.matches("input, select, textarea"));
    const isChanged = () => Boolean(sent) || !fields().every(isAsSent);

    function show() {
      const changed = isChanged();
      if (save) save.disabled = !changed;
      for (const place of document.querySelectorAll("[data-unsaved]")) place.hidden = !changed;
    }

    form.addEventListener("input", (event) => forget(event.target));
    form.addEventListener("input", show);
    form.addEventListener("change", show);
    form.addEventListener("submit", () => { leaving = true; });
    window.addEventListener("beforeunload", (event) => {
      if (!leaving && form.isConnected && isChanged()) event.preventDefault();
    });
    window.addEventListener("pageshow", () => {
      leaving = false;
      if (!form.isConnected) return;
      for (const input of form.querySelectorAll("input[data-day]")) sayDay(input);
      show();
      // Draws anew what Save would do.
      if (isChanged() && !sent) form.dispatchEvent(new Event("change"));
    });
    show();
  }

  function begin(root) {
    for (const input of root.querySelectorAll("input[data-day]")) {
      input.addEventListener("input", () => sayDay(input));
    }
    const forms = root.matches?.("form[data-guard]") ? [root] : root.querySelectorAll("form[data-guard]");
    for (const form of forms) guard(form);
    // Where the keyboard goes on after a button that is no longer there.
    root.querySelector("[data-focus]")?.focus();
  }

  begin(document);
  document.addEventListener("htmx:afterSwap", (event) => {
    const part = event.detail.target.id && document.getElementById(event.detail.target.id);
    if (part) begin(part);
  });
})();
