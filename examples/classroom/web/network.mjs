// The class network: each browser is a device, and this computer's server a relay. The library makes the keys, and says what
// to post; the page only carries it. What is heard is kept, so that the page can be shown anew in another language.

import { copy, put, reveal, spaced, word, wordID } from "./put.mjs";
import { able, click } from "./bet.mjs";

const state = { self: null, token: "", seq: 0, reloaded: false, code: "", role: "", events: [], busy: Promise.resolve() };
let hear = () => {};

// How often a request is sent before it is lost. Between the first two is a second, then two, and so on.
const tries = 5;

// Refused is what the relay says, by its code, or "lost" if it says nothing.
class Refused extends Error {
  constructor(code) {
    const id = wordID("network.no-", code);
    super(word(id) === id ? code : word(id));
  }
}

// post sends a request to the relay until it answers, always the same bytes: the relay knows one that it has done.
async function post(path, content) {
  const body = JSON.stringify(content);
  for (let n = 1; n <= tries; n++) {
    try {
      const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal: AbortSignal.timeout(10000) });
      const text = await response.text();
      if (response.ok) return JSON.parse(text);
      if (response.status < 500) throw new Refused(text);
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    if (n < tries) await new Promise((again) => setTimeout(again, n * 1000));
  }
  throw new Refused("lost");
}

// A tab keeps who it is in the class, so that it can leave when it is reloaded. The keys it does not keep: they would lie on
// the disk. Where the browser keeps nothing, the tab stays a member until the class ends.
const before = { token: "", code: "" };
try {
  Object.assign(before, JSON.parse(sessionStorage.getItem("doormat.network")));
} catch {
  // as if there were none
}

function keep() {
  try {
    sessionStorage.setItem("doormat.network", JSON.stringify({ token: state.token, code: state.code }));
  } catch {
    // as above
  }
}

export function network(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const form = find("[data-form=network-join]");
  const writing = find("[data-form=network-write]");
  const address = find("[data-address]");
  const region = find("[data-network-wire]").parentElement;
  const rows = new Map(); // of the wire, by number
  const isTeacher = () => state.self === 0;

  // send posts as the member that this page is.
  const send = (path, content) => post(path, { token: state.token, seq: ++state.seq, ...content });

  // tell has the library do an action, keeps its events, and posts what it wants to be posted.
  async function tell(name, args) {
    const response = await lesson.desk.aside("network", name, args, (event) => {
      state.events.push(event);
      hear(event);
    });
    if (response.error) throw new Error(response.error);
    if (response.text?.say === "bundle") {
      const n = response.numbers?.n ?? args.n;
      const text = JSON.stringify(await send("bundle", { to: n }));
      await tell("bundle", { n, text });
      return tell(name, args);
    }
    for (const entry of JSON.parse(response.text?.post ?? "[]")) await send("envelope", { entry });
    return response;
  }

  // queue does one thing after the other, and says what goes wrong. What is heard leaves standing what went wrong before.
  function queue(work, quiet = false) {
    state.busy = state.busy.then(async () => {
      try {
        if (!quiet) lesson.problem("network", "");
        await lesson.busy(work);
      } catch (error) {
        lesson.problem("network", error.message);
      }
    });
    return state.busy;
  }

  function listen() {
    const events = new EventSource(`events?token=${state.token}`);
    // An entry that makes no sense to the library is passed over: anyone in the class can post one.
    events.onmessage = ({ data }) => queue(() => tell("hear", { text: data }).catch((error) => {
      if (error instanceof Refused) throw error;
      console.info(error.message);
    }), true);
    events.onerror = () => events.readyState === EventSource.CLOSED && lesson.problem("network", word("network.gone"));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (state.self !== null) return;
    queue(async () => {
      const code = form.elements.class.value;
      state.token ||= [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      const { member } = await post("join", { code, teacher: lesson.invitation.teacher, token: state.token, left: before.token });
      Object.assign(state, { self: member, code, reloaded: before.token !== "" });
      keep();
      state.role = (await tell("join", { n: member })).text?.role ?? "";
      listen();
      joined();
      (isTeacher() ? address : writing.elements.to).focus();
    });
  });

  function joined() {
    form.hidden = true;
    find("[data-teacher]").hidden = !isTeacher();
    find("[data-student]").hidden = isTeacher();
    find("[data-network-panel]").hidden = false;
    put(find("[data-student]"), { who: state.role });
    find("[data-reloaded]").hidden = !state.reloaded;
    if (isTeacher()) invite();
  }

  // invite shows the address, with the code, for the projector.
  async function invite() {
    const text = `${address.value}#at=network&class=${state.code}`;
    const { numbers, text: drawn } = await lesson.desk.aside("network", "qr", { text }, () => {});
    lesson.values("network", { numbers, text: { qr: drawn.qr } });
    find("[data-invitation]").textContent = text;
  }
  address.addEventListener("change", invite);

  click(find("[data-letters]"), () => queue(async () => {
    await tell("letters", {});
    find("[data-lettered]").hidden = false;
    able(find("[data-now]"), true);
  }));
  click(find("[data-typing]"), () => queue(() => tell("post", { name: "typing", text: find("[data-typing]").getAttribute("aria-pressed") === "true" ? "off" : "on" })));
  click(find("[data-now]"), () => queue(() => tell("post", { name: "now" })));

  writing.addEventListener("submit", (event) => {
    event.preventDefault();
    const { to, line, own } = writing.elements;
    const text = own.value || line.value;
    queue(async () => {
      await tell("write", { n: Number(to.value), text });
      own.value = "";
    });
  });

  const person = (name) => name || word("network.teacher");

  // row returns the places of an envelope on the wire.
  function row({ index, from, to }) {
    if (!rows.has(index)) {
      const item = copy("envelope");
      put(item, { from: person(from), to: person(to) });
      find("[data-network-wire]").append(item);
      rows.set(index, item);
      region.scrollTop = region.scrollHeight;
    }
    return rows.get(index);
  }

  // count counts the students who are here.
  function count() {
    const here = new Set();
    for (const { kind, index } of state.events) {
      if (kind === "member" && index > 0) here.add(index);
      if (kind === "left") here.delete(index);
    }
    put(find("[data-teacher]"), { members: here.size });
    able(find("[data-letters]"), here.size > 0);
  }

  const heard = {
    line({ text }) {
      writing.elements.line.append(new Option(text, text));
    },
    member({ index, name }) {
      if (index !== state.self && index !== 0) writing.elements.to.append(new Option(name, index));
      count();
    },
    left({ index }) {
      writing.elements.to.querySelector(`option[value="${index}"]`)?.remove();
      count();
    },
    sealed(event) {
      const side = row(event).querySelector(`[data-side=${event.column}]`);
      put(side, { bytes: spaced(event.bytes), n: event.size });
    },
    opened({ index, column, name, text }) {
      const side = rows.get(index)?.querySelector(`[data-side=${column}]`);
      if (!side) return;
      if (name === "refused") {
        side.querySelector(".state").textContent = word("network.replayed");
        return;
      }
      const read = copy("read");
      put(read, { text });
      if (name === "own") read.querySelector(".state").textContent = word("network.mine");
      side.replaceChildren(read);
    },
    letter({ flags }) {
      const place = find("[data-letter]");
      place.hidden = false;
      if (flags[0]) place.dataset.key = "";
      place.querySelector("[data-when=key]").hidden = !("key" in place.dataset);
      place.querySelector("[data-when=none]").hidden = "key" in place.dataset;
    },
    allowed({ flags }) {
      for (const e of root.querySelectorAll("[data-free]")) e.hidden = !flags[0];
      find("[data-typing]").setAttribute("aria-pressed", String(flags[0]));
      if (!flags[0]) writing.elements.own.value = "";
    },
    now() {
      find("[data-came]").hidden = false;
      able(find("[data-now]"), false);
    },
    counted({ n, of, before, after }) {
      if (isTeacher()) reveal(find("[data-projector]"), { n, of });
      else reveal(find("[data-thief]"), { n, of, m: after, tries: before });
    },
  };
  hear = (event) => heard[event.kind]?.(event);

  form.elements.class.value = lesson.invitation.class || before.code;
  if (state.self !== null) {
    joined();
    for (const event of state.events) hear(event);
  }
}
