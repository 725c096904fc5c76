// The robot check of the feedback form: it begins with the form and is mostly over before anyone presses Send.
// Who presses sooner waits for it. Without this script the form says what to do instead.
"use strict";

(() => {
  const running = new WeakMap();

  function solveHere(told, tell) {
    const work = new self.ProofOfWork(told);
    return new Promise((done) => {
      const step = () => {
        work.go(12);
        tell(work.found.length);
        if (work.isDone) done(work.answers); else setTimeout(step);
      };
      step();
    });
  }

  function solveBeside(address, told, tell) {
    return new Promise((done, failed) => {
      const worker = new Worker(address);
      worker.addEventListener("error", () => { worker.terminate(); failed(new Error("no worker")); });
      worker.addEventListener("message", ({ data }) => {
        tell(data.solved);
        if (data.answers) { worker.terminate(); done(data.answers); }
      });
      worker.postMessage(told);
    });
  }

  async function solve(form, tell) {
    const { seed, puzzles, zeroBits, worker } = form.dataset;
    const told = { seed, puzzles: Number(puzzles), zeroBits: Number(zeroBits) };
    try {
      return await solveBeside(worker, told, tell);
    } catch {
      return solveHere(told, tell);
    }
  }

  function begin(form) {
    if (running.has(form)) return;
    const answers = form.elements.namedItem("answers");
    const state = form.querySelector("[data-check-state]");
    const bar = form.querySelector("progress");
    if (answers.value) { state.textContent = form.dataset.done; return; }
    state.textContent = form.dataset.running;
    bar.hidden = false;
    running.set(form, solve(form, (solved) => { bar.value = solved; }).then((found) => {
      answers.value = found;
      bar.hidden = true;
      state.textContent = form.dataset.done;
    }));
  }

  function beginAll() {
    for (const form of document.querySelectorAll("form[data-proof]")) begin(form);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-proof]") || form.elements.namedItem("answers").value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    begin(form);
    form.querySelector("[data-check-state]").textContent = form.dataset.waiting;
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    running.get(form).then(() => form.requestSubmit());
  }, true);

  beginAll();
  document.addEventListener("htmx:afterSwap", beginAll);
})();
