// The page: languages, stations, the class code, and the log of what was done.

import { put, shown } from "./put.mjs";
import { click } from "./bet.mjs";
import { Desk, load } from "./desk.mjs";
import { doorstep } from "./doorstep.mjs";
import { breach } from "./breach.mjs";
import { ratchet } from "./ratchet.mjs";
import { leaf } from "./leaf.mjs";
import { generator } from "./generator.mjs";
import { dial } from "./dial.mjs";
import { matrix } from "./matrix.mjs";
import { scanning } from "./scanning.mjs";
import { tracing } from "./tracing.mjs";
import { recovery } from "./recovery.mjs";
import { groups } from "./groups.mjs";
import { network } from "./network.mjs";
import { debate } from "./debate.mjs";

const stations = { doorstep, breach, ratchet, leaf, generator, dial, matrix, scanning, tracing, recovery, groups, network, debate };

const root = document.getElementById("page");
const pages = new Map([[document.documentElement.lang, root.cloneNode(true)]]);
for (const template of document.querySelectorAll("template[data-page]")) pages.set(template.dataset.page, template.content);
const pictures = new Map([...root.querySelectorAll("[data-picture]")].map((picture) => [picture.dataset.picture, picture.src]));

// A Lesson is what the stations see of the desk: actions, events, and what has been done.
class Lesson {
  constructor() {
    this.desk = null; // until the library is there
    this.quick = false; // what is done again is shown at once
    this.messages = 416;
    this.secret = -1; // the index of the message whose secret is kept
    this.looks = [];
    this.listeners = [];
    this.values = values;
    this.problem = problem;
    this.invitation = address.invitation;
  }

  on(station, listener) {
    this.listeners.push({ station, listener });
  }

  changed(look) {
    this.looks.push(look);
  }

  look() {
    for (const look of this.looks) look();
  }

  hear(event) {
    if (event.kind === "replaying") replaying(event);
    for (const { station, listener } of this.listeners) {
      if (station === event.station) listener(event);
    }
  }

  // done returns the last action of that kind at a station for which is(args), or undefined.
  done(station, name, is = () => true) {
    return this.desk?.log.findLast((request) => request.station === station && request.do === name && is(request.args))?.args;
  }

  bet(station, name) {
    return this.done(station, "bet", (args) => (args.name ?? "") === name);
  }

  // kept returns the name of the person whose secret is kept.
  kept() {
    return this.done("doorstep", "pick")?.name;
  }

  // busy runs work, and says meanwhile that the library works.
  async busy(work) {
    status("working");
    try {
      return await work();
    } finally {
      status("ready");
      labels();
    }
  }

  async act(station, name, args) {
    if (!this.desk) return { error: "" };
    problem(station, "");
    const response = await this.busy(() => this.desk.act(station, name, args));
    if (response.error) problem(station, response.error);
    else if (!response.stopped) {
      values(station, response);
      this.hear({ kind: "answered", station, numbers: response.numbers ?? {}, text: response.text ?? {} });
      remember();
      this.look();
    }
    return response;
  }

  // redo has the desk do again what was done, and shows it at once. What its responses say comes to each station as an
  // event "restored".
  async redo(station, work) {
    if (!this.desk) return;
    this.quick = true;
    const response = await this.busy(work);
    problem(station, response.error ?? "");
    if (!response.error || station === "class") { // of a log, what was done before the error stays
      values("class", { text: { code: this.desk.code } });
      for (const name of Object.keys(stations)) {
        const said = { numbers: of(name, response.numbers), text: of(name, response.text) };
        values(name, said);
        this.hear({ kind: "restored", station: name, ...said });
      }
    }
    this.quick = false;
    remember();
    this.look();
    return response;
  }

  again(station, how) {
    return this.redo(station, () => this.desk.again(station, how));
  }

  stop(station) {
    return this.redo(station, () => this.desk.stop());
  }

  replay(code, log) {
    return this.redo("class", () => this.desk.replay(code, log));
  }
}

// of returns the values of one station: its name, and a full stop, begin theirs.
const of = (station, values = {}) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith(`${station}.`)).map(([name, value]) => [name.slice(station.length + 1), value]));

// values puts what a station's response says into its places: data-number and data-text are STATION.NAME.
function values(station, { numbers = {}, text = {} }) {
  for (const [name, value] of [...Object.entries(numbers), ...Object.entries(text)]) {
    const place = CSS.escape(`${station}.${name}`);
    for (const e of root.querySelectorAll(`[data-number=${place}], [data-text=${place}]`)) e.textContent = shown(value);
  }
  for (const svg of text.qr ? root.querySelectorAll(`[data-qr=${station}]`) : []) {
    svg.setAttribute("viewBox", `0 0 ${numbers.qr} ${numbers.qr}`);
    svg.firstElementChild.setAttribute("d", text.qr);
  }
}

// problem says what was wrong with an action.
function problem(station, why) {
  const section = station === "class" ? root.querySelector(".class") : root.querySelector(`[data-station=${station}]`);
  const place = section.querySelector("[data-problem]");
  put(place, { why });
  place.hidden = why === "";
}

function status(name) {
  for (const e of root.querySelectorAll("[data-status] > [data-when]")) e.hidden = e.dataset.when !== name;
}

// labels has each cell of a table say its column: where the screen is narrow, rows stand one below the other, without a head.
function labels() {
  for (const table of root.querySelectorAll("table.board, table.matrix")) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent);
    for (const row of [...table.tBodies].flatMap((body) => [...body.rows])) { // a table may be without rows yet
      for (let i = 1; i < row.cells.length; i++) row.cells[i].dataset.label = heads[i];
    }
  }
}

// replaying counts what is done again.
function replaying({ n, of }) {
  status("replaying");
  for (const e of root.querySelectorAll("[data-status] > [data-when=replaying]")) put(e, { n, of });
}

// go shows one station.
function go(id, focus) {
  for (const section of root.querySelectorAll("[data-station]")) section.hidden = section.dataset.station !== id;
  for (const link of root.querySelectorAll("nav [data-go]")) {
    if (link.dataset.go === id) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const first = id === Object.keys(stations)[0];
  root.querySelector(".intro").classList.toggle("unseen", !first); // whose heading is the page's
  root.querySelector(".intro .lead").hidden = !first;
  address.at = id;
  remember();
  if (!focus) return;
  root.querySelector(`[data-station=${id}] h2`).focus({ preventScroll: true });
  scrollTo(0, 0);
}

// The address of a lesson: class code, station, language, and what was done.
const address = read();

function read() {
  const found = new URLSearchParams(location.hash.slice(1));
  let log = [];
  try {
    log = JSON.parse(found.get("do") ?? "[]");
  } catch {
    log = [];
  }
  if (!Array.isArray(log) || log.some((done) => typeof done?.station !== "string")) log = [];
  log = log.map((done) => ({ ...done, args: done.args ?? {} }));
  const at = Object.hasOwn(stations, found.get("at")) ? found.get("at") : Object.keys(stations)[0];
  const wanted = found.get("lang") ?? navigator.languages.map((l) => l.slice(0, 2)).find((l) => pages.has(l));
  const invitation = { class: found.get("class") ?? "", teacher: found.get("teacher") ?? "" }; // to the class network
  return { invitation, code: found.get("code") ?? "", log, at, lang: pages.has(wanted) ? wanted : document.documentElement.lang };
}

function link() {
  const parts = new URLSearchParams({ at: address.at, lang: address.lang });
  if (lesson.desk?.code) {
    parts.set("code", lesson.desk.code);
    if (lesson.desk.log.length > 0) parts.set("do", JSON.stringify(lesson.desk.log));
  }
  return `#${parts}`;
}

const lesson = new Lesson();

let remembering;

// remember writes the lesson into the address, a moment later, as browsers allow this only so often.
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(() => history.replaceState(null, "", link()), 300);
}

// mount shows the page in one language.
function mount(lang) {
  address.lang = lang;
  document.documentElement.lang = lang;
  root.replaceChildren(...pages.get(lang).cloneNode(true).childNodes);
  document.title = [".brand", "h1"].map((selector) => root.querySelector(selector).textContent).join(": ");
  for (const picture of root.querySelectorAll("[data-picture]")) picture.src = pictures.get(picture.dataset.picture);
  lesson.looks = [];
  lesson.listeners = [];
  for (const [name, wire] of Object.entries(stations)) wire(lesson, root.querySelector(`[data-station=${name}]`));
  for (const button of root.querySelectorAll("[data-lang]")) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
    button.addEventListener("click", async () => {
      mount(button.dataset.lang);
      root.querySelector(`[data-lang=${button.dataset.lang}]`).focus();
      if (lesson.desk) await lesson.replay(lesson.desk.code, lesson.desk.log);
    });
  }
  for (const link of root.querySelectorAll("[data-go]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go(link.dataset.go, true);
    });
  }
  for (const button of root.querySelectorAll("[data-again]")) {
    click(button, () => lesson.again(button.closest("[data-station]").dataset.station, button.dataset.again));
  }
  for (const button of root.querySelectorAll("[data-print]")) {
    click(button, () => {
      document.body.dataset.printing = button.dataset.print;
      print();
      delete document.body.dataset.printing;
    });
  }
  classroom(root.querySelector("[data-form=class]"));
  go(address.at, false);
  usable(Boolean(lesson.desk));
}

// usable lets the buttons that need the library be pressed, or not.
function usable(is) {
  for (const button of root.querySelectorAll("[data-needs-library]")) button.disabled = !is;
  status(is ? "ready" : "loading");
}

// classroom wires the form with the class code.
function classroom(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    lesson.replay(form.elements.code.value, []);
  });
  click(form.querySelector("[data-draw]"), async () => lesson.replay(await lesson.desk.draw(), []));
  click(form.querySelector("[data-link]"), async () => {
    history.replaceState(null, "", link());
    try {
      await navigator.clipboard.writeText(location.href);
      status("linked");
    } catch {
      status("linkhere");
    }
  });
  click(form.querySelector("[data-save]"), () => {
    const file = new Blob([JSON.stringify({ code: lesson.desk.code, log: lesson.desk.log }, null, 1)], { type: "application/json" });
    const a = document.createElement("a");
    a.href = URL.createObjectURL(file);
    a.download = `doormat-${lesson.desk.code}.json`;
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 1000);
  });
  lesson.changed(() => {
    form.elements.code.value = lesson.desk.code;
  });
}

async function main() {
  root.addEventListener("change", labels);
  mount(address.lang);
  try {
    const desk = new Desk(await load());
    await desk.ready;
    desk.hear = (event) => lesson.hear(event);
    lesson.desk = desk;
    usable(true);
    const { error } = await lesson.replay(address.code || (await desk.draw()), address.log);
    if (!error) return;
    if (!desk.code) await lesson.replay(await desk.draw(), []); // the address has no class code, but something else
    problem("class", error);
    root.querySelector(".class").scrollIntoView();
  } catch (error) {
    status("failed");
    throw error;
  }
}

main();
