// Delivers files one by one and ZIPs in parts, so that a broken line, a pause or a reload costs nothing: what is there
// is asked before anything is sent. Without this script the form is sent as a whole.
"use strict";

(() => {
  const form = document.querySelector("form[data-deliver]");
  if (!form) return;
  const AT_ONCE = 3;
  const ASKED_AT_ONCE = 1000;
  const HASHED_AT_ONCE = 200;
  const LONGEST_WAIT_MS = 15000;
  const part = (name) => form.querySelector(`[data-${name}]`);
  const largest = Number(form.dataset.largest);
  const partBytes = Number(form.dataset.part);
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const canHash = Boolean(window.crypto && window.crypto.subtle); // only where the address is a secure one
  const sent = new Map(); // by path: what this page has sent, which needs no hash to be known again
  let chosen = [];
  let delivery = form.dataset.delivery;
  let paused = false;
  let sending = false;
  let wake = () => {};
  const state = { files: 0, total: 0, bytes: 0, totalBytes: 0 };

  for (const each of form.querySelectorAll("[data-with-script]")) each.hidden = false;
  if (!canHash && delivery) part("without-hash").hidden = false;
  part("drophint").hidden = !window.matchMedia("(pointer: fine)").matches;

  // Choosing

  const words = (text, ...values) => values.reduce((told, value) => told.replace(/%[ds]/, value), text);

  function size(bytes) {
    const units = ["bytes", "KB", "MB", "GB"];
    let number = bytes, unit = 0;
    while (number >= 1000 && unit < units.length - 1) { number /= 1000; unit += 1; }
    return `${unit > 1 ? number.toFixed(1) : Math.round(number)} ${units[unit]}`;
  }

  function add(files) {
    const known = new Map(chosen.map((each) => [each.path, each]));
    for (const each of files) known.set(each.path, each);
    chosen = [...known.values()];
    const bytes = chosen.reduce((total, each) => total + each.file.size, 0);
    part("chosen-told").textContent = chosen.length ? words(form.dataset.chosen, chosen.length, size(bytes)) : "";
  }

  // The folder itself is not part of the path: next year's may be called otherwise.
  const below = (path) => path.slice(path.indexOf("/") + 1);

  document.getElementById("files").addEventListener("change", (event) => {
    add([...event.target.files].map((file) => ({ path: file.name, file })));
  });
  document.getElementById("folder").addEventListener("change", (event) => {
    add([...event.target.files].map((file) => ({ path: below(file.webkitRelativePath), file })));
  });

  async function inside(entry, path) {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => { entry.file(resolve, reject); });
      return [{ path: path + entry.name, file }];
    }
    const reader = entry.createReader();
    const found = [];
    for (;;) { // a browser gives a hundred at a time
      const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
      if (!some.length) break;
      for (const each of some) found.push(...await inside(each, `${path}${entry.name}/`));
    }
    return found;
  }

  const over = (isOver) => form.classList.toggle("is-over", isOver);
  form.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
  form.addEventListener("dragleave", (event) => { if (!form.contains(event.relatedTarget)) over(false); });
  form.addEventListener("drop", async (event) => {
    event.preventDefault();
    over(false);
    if (sending) return;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    const found = [];
    for (const entry of entries) found.push(...await inside(entry, ""));
    const isOneFolder = entries.length === 1 && entries[0].isDirectory;
    add(isOneFolder ? found.map((each) => ({ path: below(each.path), file: each.file })) : found);
  });

  // Sending

  class Refusal extends Error {}

  function told() {
    const progress = part("progress");
    progress.max = state.totalBytes || 1;
    progress.value = state.bytes;
    part("told").textContent = words(
      form.dataset.sending, state.files, state.total, size(state.bytes), size(state.totalBytes));
  }

  const waited = (ms) => new Promise((resolve) => { const timer = setTimeout(resolve, ms); wake = () => { clearTimeout(timer); resolve(); }; });

  async function whilePaused() {
    while (paused) await waited(600000);
  }

  // Asks until there is an answer: a broken line is waited for, whatever it takes. Raises Refusal with the server's words.
  async function ask(url, body, headers = {}) {
    for (let tried = 0; ; tried += 1) {
      await whilePaused();
      try {
        const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, ...headers } });
        if (answer.redirected) throw new Refusal(form.dataset.signedOut);
        const isJson = (answer.headers.get("content-type") || "").startsWith("application/json");
        if (answer.ok && isJson) {
          part("trouble").textContent = "";
          return await answer.json();
        }
        if (answer.status < 500 && answer.status !== 408 && answer.status !== 400) {
          throw new Refusal(isJson ? (await answer.json()).error : `${answer.status} ${answer.statusText}`);
        }
        part("trouble").textContent = isJson ? (await answer.json()).error : form.dataset.broken;
      } catch (error) {
        if (error instanceof Refusal) throw error;
        part("trouble").textContent = form.dataset.broken;
      }
      await waited(Math.min(1000 * 2 ** tried, LONGEST_WAIT_MS));
    }
  }

  function refused(path, reason) {
    const line = document.createElement("li");
    line.textContent = `${path}: ${reason}`;
    part("refused-list").append(line);
    part("refused").hidden = false;
    part("refused-number").textContent = String(part("refused-list").children.length);
  }

  const JUNK = /(^|\/)(__MACOSX\/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i;
  const isZip = (each) => /\.zip$/i.test(each.path);

  async function bytesOf(each, from = 0, until = each.file.size) {
    try {
      return await each.file.slice(from, until).arrayBuffer();
    } catch {
      throw new Refusal(`${each.path}: ${form.dataset.unreadable}`);
    }
  }

  function isThere(each) {
    state.files += 1;
    state.bytes += each.file.size;
    told();
  }

  // Does the work for each, a few at a time. After a refusal nothing more is begun, and it is raised.
  async function fewAtOnce(files, work) {
    const queue = [...files];
    let refusal = null;
    const worker = async () => {
      while (queue.length && !refusal) {
        try {
          await work(queue.shift());
        } catch (error) {
          refusal = refusal || error;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (refusal) throw refusal;
  }

  // Asks for the rows [path, size] or [path, size, hash], and returns the paths of those that are not there.
  async function missing(rows) {
    const wanted = new Set();
    for (let start = 0; start < rows.length; start += ASKED_AT_ONCE) {
      const some = JSON.stringify(rows.slice(start, start + ASKED_AT_ONCE));
      const answer = await ask(`${delivery}missing/`, some, { "Content-Type": "application/json" });
      for (const path of answer.missing) wanted.add(path);
    }
    return wanted;
  }

  // Returns what is to be sent of the files. One that is there with its size may have been retouched since, so its hash
  // is asked too: of those alone, for to read ten thousand photos takes minutes. Without hashes such a file is sent again.
  async function toSend(files) {
    const wanted = await missing(files.map((each) => [each.path, each.file.size]));
    const doubtful = [];
    for (const each of files) {
      if (wanted.has(each.path)) continue;
      if (sent.get(each.path) === each.file) isThere(each);
      else if (canHash && each.file.size <= largest) doubtful.push(each);
      else wanted.add(each.path);
    }
    for (let start = 0; start < doubtful.length; start += HASHED_AT_ONCE) {
      const some = doubtful.slice(start, start + HASHED_AT_ONCE);
      const rows = [];
      await fewAtOnce(some, async (each) => {
        await whilePaused();
        rows.push([each.path, each.file.size, await digest(await bytesOf(each))]);
      });
      const other = await missing(rows);
      for (const each of some) {
        if (other.has(each.path)) wanted.add(each.path);
        else isThere(each);
      }
    }
    return files.filter((each) => wanted.has(each.path));
  }

  async function sendFile(each) {
    const isLarge = each.file.size > largest;
    const url = `${delivery}file/?path=${encodeURIComponent(each.path)}${isLarge ? "&large=1" : ""}`;
    const bytes = isLarge ? "" : await bytesOf(each);
    const answer = await ask(url, bytes, { "Content-Type": "application/octet-stream" });
    if (answer.state === "refused") refused(each.path, answer.reason);
    if (answer.state === "taken") sent.set(each.path, each.file);
    isThere(each);
  }

  async function digest(bytes) {
    if (!canHash) return "";
    const hash = new Uint8Array(await window.crypto.subtle.digest("SHA-256", bytes));
    return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // Tells a ZIP from another of its path and size: its end lists the checksum of each file in it.
  async function markOf(each) {
    if (!canHash) return `modified-${each.file.lastModified}`;
    return digest(await bytesOf(each, Math.max(0, each.file.size - largest)));
  }

  async function sendZip(each) {
    const about = new URLSearchParams({ path: each.path, size: String(each.file.size), mark: await markOf(each) });
    const begun = await ask(`${delivery}archives/`, about);
    let received = begun.received;
    state.bytes += received;
    told();
    while (received < each.file.size) {
      await whilePaused();
      const bytes = await bytesOf(each, received, received + partBytes);
      const url = `${begun.url}?offset=${received}&sha256=${await digest(bytes)}`;
      const answer = await ask(url, bytes, { "Content-Type": "application/octet-stream" });
      state.bytes += answer.received - received;
      received = answer.received;
      told();
    }
    state.files += 1;
    told();
  }

  async function sendAll() {
    const files = chosen.filter((each) => !JUNK.test(each.path));
    const totalBytes = files.reduce((total, each) => total + each.file.size, 0);
    Object.assign(state, { files: 0, total: files.length, bytes: 0, totalBytes }); // it may have been refused before
    part("refused-list").replaceChildren();
    part("refused").hidden = true;
    part("trouble").textContent = "";
    told();
    if (!delivery) {
      const mode = form.querySelector("[name=mode]:checked").value;
      delivery = (await ask(form.dataset.begin, new URLSearchParams({ mode }))).url;
      window.history.replaceState(null, "", `?delivery=${delivery.match(/deliveries\/(\d+)\//)[1]}`);
    }
    await fewAtOnce(await toSend(files.filter((each) => !isZip(each))), sendFile);
    for (const each of files.filter(isZip)) await sendZip(each);
  }

  // The server does the rest, with a page that says what it did.
  function finish() {
    part("told").textContent = form.dataset.finishing;
    sending = false;
    const last = document.createElement("form");
    last.method = "post";
    last.action = `${delivery}finish/`;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "csrfmiddlewaretoken";
    field.value = token;
    last.append(field);
    document.body.append(last);
    last.submit();
  }

  function show() {
    part("sending-part").hidden = false;
    part("send").hidden = true;
    part("pause-button").hidden = !sending;
    for (const each of form.querySelectorAll("input")) each.disabled = sending;
  }

  part("pause-button").addEventListener("click", () => {
    paused = !paused;
    part("pause-button").textContent = paused ? form.dataset.resume : form.dataset.pause;
    part("trouble").textContent = paused ? form.dataset.paused : "";
    wake();
  });
  window.addEventListener("online", () => wake());
  window.addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    if (!chosen.length) {
      part("chosen-told").textContent = form.dataset.nothing;
      return;
    }
    sending = true;
    show();
    try {
      await sendAll();
      finish();
    } catch (error) {
      sending = false;
      part("trouble").textContent = error.message;
      part("pause-button").hidden = true;
      part("send").hidden = false;
      for (const each of form.querySelectorAll("input")) each.disabled = false;
    }
  });
})();
