// Comparing faces by keyboard: j and k go on and back, x leaves out, n puts off. The keys work while the focus is in
// the list of pairs. Without this script everything is done with boxes and links.
"use strict";

(() => {
  const ANCHOR = "#pairs";
  const pairs = () => [...document.querySelectorAll("[data-pair]")];
  const at = () => document.activeElement?.closest("[data-pair]");

  function focus(pair) {
    pair.focus({ preventScroll: true });
    pair.scrollIntoView({ block: "nearest" });
  }

  // From the last pair on to the next page, from the first back to the one before; there the first has the focus.
  function turn(which) {
    const button = document.querySelector(`.changes [data-${which}]`);
    if (!button) return;
    button.form.action = button.form.action.split("#")[0] + ANCHOR;
    button.click();
  }

  function step(by) {
    const all = pairs();
    const next = all[all.indexOf(at()) + by];
    if (next) focus(next);
    else turn(by > 0 ? "next" : "previous");
  }

  function toggle(name) {
    at()?.querySelector(`input[name="${name}"]`)?.click();
  }

  const ACTS = { j: () => step(1), k: () => step(-1), x: () => toggle("out"), n: () => toggle("later") };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !at()) return;
    const act = ACTS[event.key.toLowerCase()];
    if (!act || (event.repeat && !"jk".includes(event.key))) return;
    event.preventDefault();
    act();
  });

  // One of the two wishes at most; the pair shows that it is not approved.
  document.addEventListener("change", (event) => {
    const pair = event.target.closest("[data-pair]");
    if (!pair) return;
    for (const box of pair.querySelectorAll("input[type=checkbox]")) {
      if (event.target.checked && box !== event.target) box.checked = false;
    }
    pair.classList.toggle("is-out", pair.querySelector("input:checked") !== null);
  });

  const keys = document.getElementById("keys");
  if (keys) keys.hidden = false;
  document.getElementById("compare")?.addEventListener("click", () => { if (pairs()[0]) focus(pairs()[0]); });
  if (location.hash === ANCHOR && pairs()[0]) focus(pairs()[0]);
})();
