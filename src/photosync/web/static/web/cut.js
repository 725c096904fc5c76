// The frame that cuts a photo out of a picture: by mouse, touch and keyboard, with the result beside it. The number
// fields of the form hold what is sent; without this script they are filled in by hand.
"use strict";

(() => {
  const SHAPE = 4 / 5;
  const SMALLEST = 0.05;

  function begin(form) {
    const picture = form.querySelector("[data-picture]");
    const canvas = form.querySelector("[data-turned]");
    const frame = form.querySelector("[data-frame]");
    const field = (name) => form.elements[name];
    const after = document.createElement("canvas");
    const shownAfter = form.querySelector("[data-after]");
    let box;

    function turnedSize() {
      const sideways = Number(field("turn").value) % 2;
      const [width, height] = [picture.naturalWidth, picture.naturalHeight];
      return sideways ? [height, width] : [width, height];
    }

    function draw() {
      [canvas.width, canvas.height] = turnedSize();
      const pen = canvas.getContext("2d");
      pen.translate(canvas.width / 2, canvas.height / 2);
      pen.rotate(Number(field("turn").value) * Math.PI / 2);
      pen.drawImage(picture, -picture.naturalWidth / 2, -picture.naturalHeight / 2);
    }

    function read() {
      const [left, top, width, height] = ["left", "top", "width", "height"].map((name) => Number(field(name).value) / 100);
      const isInside = width > 0 && height > 0 && left >= 0 && top >= 0 && left + width <= 1.001 && top + height <= 1.001;
      box = isInside ? { left, top, width, height } : { left: 0, top: 0, width: 1, height: 1 };
    }

    function show() {
      for (const name of ["left", "top", "width", "height"]) frame.style[name] = `${box[name] * 100}%`;
      const [width, height] = [box.width * canvas.width, box.height * canvas.height];
      after.width = 320;
      after.height = Math.max(1, Math.round(320 * height / width));
      after.getContext("2d").drawImage(
        canvas, box.left * canvas.width, box.top * canvas.height, width, height, 0, 0, after.width, after.height,
      );
    }

    function write() {
      for (const name of ["left", "top", "width", "height"]) field(name).value = Math.round(box[name] * 10000) / 100;
      show();
    }

    // The width that a height of the shape of a face has, both as shares of the picture.
    const ratio = () => SHAPE * canvas.height / canvas.width;
    const within = (value, most) => Math.min(Math.max(value, 0), most);

    function move(x, y) {
      box.left = within(box.left + x, 1 - box.width);
      box.top = within(box.top + y, 1 - box.height);
      write();
    }

    function resize(width, { centred = true } = {}) {
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      const room = centred ? Math.min(1, ratio()) : Math.min(1 - box.left, (1 - box.top) * ratio());
      box.width = Math.max(Math.min(width, room), Math.min(SMALLEST, room));
      box.height = box.width / ratio();
      if (centred) [box.left, box.top] = [x - box.width / 2, y - box.height / 2];
      move(0, 0);
    }

    function whole() {
      box = { left: 0, top: 0, width: 1, height: 1 };
      write();
    }

    function face() {
      whole();
      resize(1);
    }

    function turn(quarters) {
      field("turn").value = (Number(field("turn").value) + quarters + 4) % 4;
      draw();
      face();
    }

    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    frame.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 0.05 : 0.01;
      if (event.key in moves) move(moves[event.key][0] * step, moves[event.key][1] * step);
      else if (event.key === "+" || event.key === "=") resize(box.width * 1.05);
      else if (event.key === "-") resize(box.width / 1.05);
      else return;
      event.preventDefault();
    });

    let dragged = null;
    frame.addEventListener("pointerdown", (event) => {
      frame.setPointerCapture(event.pointerId);
      dragged = { x: event.clientX, y: event.clientY, isCorner: event.target.matches("[data-handle]") };
    });
    frame.addEventListener("pointermove", (event) => {
      if (!dragged) return;
      const place = canvas.getBoundingClientRect();
      const [x, y] = [(event.clientX - dragged.x) / place.width, (event.clientY - dragged.y) / place.height];
      if (dragged.isCorner) resize(box.width + x, { centred: false });
      else move(x, y);
      [dragged.x, dragged.y] = [event.clientX, event.clientY];
    });
    for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => { dragged = null; });

    for (const button of form.querySelectorAll("[data-turn]")) {
      button.addEventListener("click", () => turn(Number(button.dataset.turn)));
    }
    for (const button of form.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => resize(box.width * (Number(button.dataset.zoom) > 0 ? 1.1 : 1 / 1.1)));
    }
    form.querySelector("[data-whole]").addEventListener("click", whole);
    for (const name of ["turn", "left", "top", "width", "height"]) {
      field(name).addEventListener("change", () => { draw(); read(); show(); });
    }
    const year = form.querySelector("[data-year]");
    field("year").addEventListener("change", () => { year.textContent = field("year").value; });

    picture.hidden = true;
    canvas.hidden = false;
    frame.hidden = false;
    for (const tools of form.querySelectorAll("[data-tools]")) tools.hidden = false;
    if (!form.querySelector("[data-numbers] [aria-invalid=true]")) form.querySelector("[data-numbers]").open = false;
    after.setAttribute("role", "img");
    after.setAttribute("aria-label", shownAfter.alt);
    shownAfter.replaceWith(after);
    draw();
    read();
    show();
  }

  for (const form of document.querySelectorAll("form[data-cutter]")) {
    const picture = form.querySelector("[data-picture]");
    if (picture.complete && picture.naturalWidth) begin(form);
    else picture.addEventListener("load", () => begin(form), { once: true });
  }
})();
