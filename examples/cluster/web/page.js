"use strict";

const language = document.documentElement.lang;
const all = (selector) => [...document.querySelectorAll(selector)];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// set changes a text only if it is another, so that a screen reader does not say it again.
function set(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function show(name, on) {
  for (const element of all(`[data-when=${name}]`)) element.hidden = !on;
}

// watch shows what the server says of the search, once a second, until the key is found. A server that was stopped may
// come back.
async function watch() {
  for (;;) {
    try {
      const response = await fetch(`state?lang=${language}`);
      if (!response.ok) throw new Error(response.statusText);
      const view = await response.json();
      for (const [name, text] of Object.entries(view.Texts)) set(document.querySelector(`[data-put=${name}]`), text);
      document.querySelector("progress").value = view.Permille;
      show("found", view.Found);
      show("away", false);
      if (view.Found) return finish();
    } catch {
      show("away", true);
    }
    await pause(1000);
  }
}

// The workers of this browser, and what they have done.
const form = document.querySelector("form");
let workers = [];
let code = "";
let ranges = 0;
const steps = []; // [time, keys], of the last ten seconds

function work(state, detail = "") {
  for (const element of all("[data-work]")) element.hidden = element.dataset.work !== state;
  set(document.querySelector(`[data-own=${state}]`), detail);
  const busy = state === "working";
  form.start.disabled = form.code.disabled = form.cores.disabled = busy;
  form.stop.disabled = !busy;
}

function stop(state, detail) {
  for (const worker of workers) worker.terminate();
  workers = [];
  steps.length = 0;
  rate();
  work(state, detail);
}

function finish() {
  if (workers.length > 0) stop("done");
}

function rate() {
  const now = performance.now();
  while (steps.length > 0 && now - steps[0][0] > 10_000) steps.shift();
  const keys = steps.reduce((sum, step) => sum + step[1], 0);
  const seconds = Math.max(steps.length > 0 ? (now - steps[0][0]) / 1000 : 0, 1);
  set(document.querySelector("[data-own=rate]"), (keys / seconds / 1e6).toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }));
  set(document.querySelector("[data-own=ranges]"), ranges.toLocaleString(language));
}

// send sends a worker's message to the server, and the answer back. Without an answer the worker asks again.
async function send(worker, { ask, id }) {
  let answer;
  try {
    const response = await fetch("ask", { method: "POST", body: ask, headers: { "Class-Code": code } });
    const text = await response.text();
    if (!workers.includes(worker)) return;
    if (response.ok) answer = text;
    else if (response.status === 403) return stop("code");
    else if (response.status < 429) return stop("refused", text);
  } catch {
    // The server is away.
  }
  if (id === undefined) return;
  if (answer === undefined) await pause(1000);
  worker.postMessage({ id, answer });
}

function begin(module) {
  const worker = new Worker("worker.js");
  let before = 0;
  worker.onmessage = ({ data }) => {
    if (!workers.includes(worker)) return;
    if (data.ask !== undefined) return send(worker, data);
    if (data.ended !== undefined) return data.ended === "" ? stop("done") : stop("refused", data.ended);
    if (data.broken !== undefined) return stop("unable", data.broken);
    if (data.done < before) before = 0; // another range
    steps.push([performance.now(), data.done - before]);
    before = data.done;
    if (data.done === data.total) ranges++;
  };
  worker.onerror = (event) => stop("unable", event.message);
  workers.push(worker);
  worker.postMessage({ module });
}

async function start(event) {
  event.preventDefault();
  code = form.code.value.trim().toUpperCase();
  work("working");
  form.stop.focus();
  try {
    const module = await WebAssembly.compileStreaming(fetch("worker.wasm"));
    if (form.stop.disabled) return; // it was pressed meanwhile
    for (let i = 0; i < form.cores.valueAsNumber; i++) begin(module);
  } catch (error) {
    stop("unable", String(error));
  }
}

if (form) {
  show("script", true);
  const cores = navigator.hardwareConcurrency || 1;
  form.cores.max = form.cores.value = cores;
  if (location.hash.length > 1) form.code.value = location.hash.slice(1);
  form.addEventListener("submit", start);
  form.stop.addEventListener("click", () => {
    stop("idle");
    form.start.focus();
  });
  setInterval(rate, 1000);
}
watch();
