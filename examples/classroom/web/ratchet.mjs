// Station 2: one conversation, and a theft of keys at each moment of it.

import { copy, day, put, reveal, spaced, word, wordID } from "./put.mjs";
import { bet, click, sliders } from "./bet.mjs";

const ratchetColumns = ["without", "with, device", "with"];

export function ratchet(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const form = find("[data-form=bet]");
  const timeline = find("[data-timeline]");
  const at = form.elements.at;
  let rows = [];
  let keys = {}; // on each phone, by the index of the message that follows
  let moment;

  function clear() {
    timeline.replaceChildren();
    rows = [];
    keys = {};
    form.hidden = true;
    moment = copy("ratchet-moment").querySelector("tr");
    find("[data-keys-panel]").hidden = true;
    find("[data-totals]").hidden = true;
    for (const e of root.querySelectorAll("[data-happened] > *")) e.hidden = true;
  }

  function sealed(event) {
    const row = copy("ratchet-row").querySelector("tr");
    put(row, { number: event.index + 1, from: event.from.split(" ")[0], to: event.to.split(" ")[0], day: day(event.at) });
    const box = row.querySelector("input");
    box.value = event.index;
    if (rows.length > 0 && rows.at(-1).from !== event.from) row.classList.add("turn");
    rows.push({ row, from: event.from });
    timeline.append(row);
    form.hidden = false;
    at.max = rows.length;
  }

  // moved shows where the theft is, and what is on the phone then.
  function moved() {
    const index = Number(at.value);
    const next = rows[index]?.row;
    if (next) timeline.insertBefore(moment, next);
    else timeline.append(moment);
    const phones = Object.keys(keys);
    for (const body of root.querySelectorAll("[data-keys]")) {
      const person = phones.find((name) => name.startsWith(body.dataset.keys));
      const other = phones.find((name) => name !== person);
      body.replaceChildren(...phone(keys[person], keys[other], index));
    }
    find("[data-keys-panel]").hidden = find("[data-keys]").children.length === 0;
  }

  // phone returns a row for each key on a phone, and for each that the last message had it delete.
  function phone(mine = [], others = [], index) {
    const has = (list, key) => (list ?? []).some((k) => k.bytes === key.bytes);
    const gone = (mine[index - 1] ?? []).filter((key) => !has(mine[index], key));
    return [...(mine[index] ?? []), ...gone].map((key) => {
      const row = copy("ratchet-key").querySelector("tr");
      const deleted = gone.includes(key);
      put(row, { name: word(wordID("ratchet.", key.name)), bytes: spaced(key.bytes) });
      if (deleted) put(row, { state: word("ratchet.gone", { n: index }) });
      else if (has(others[index], key)) put(row, { state: word("ratchet.shared") });
      row.classList.toggle("gone", deleted);
      return row;
    });
  }

  function opens(event) {
    event.flags.forEach((open, i) => {
      const cell = rows[i]?.row.querySelector(`[data-cell="${event.column}"]`);
      if (!cell) return;
      cell.textContent = word(open ? "shell.opened" : "shell.shut");
      cell.classList.toggle("is-open", open);
    });
    reveal(find("[data-totals]"));
    find(`[data-total="${{ "with, device": "device" }[event.column] ?? event.column}"]`).textContent = word("dial.of", { n: event.n, of: event.of });
    find("[data-total=bet]").textContent = (lesson.bet("ratchet", "theft")?.list ?? []).length;
    for (const e of root.querySelectorAll("[data-happened] > *")) e.hidden = false;
  }

  lesson.on("ratchet", (event) => {
    if (event.kind === "cleared") clear();
    if (event.kind === "sealed" && event.column === "without") sealed(event);
    if (event.kind === "keys") (keys[event.name] ??= [])[event.index] = event.keys;
    if (event.kind === "opens") {
      if (lesson.quick) at.value = event.index;
      opens(event);
      if (lesson.quick && event.column === ratchetColumns.at(-1)) at.dispatchEvent(new Event("input"));
    }
  });
  at.addEventListener("input", moved);

  click(find("[data-run]"), async () => {
    if (lesson.done("ratchet", "run")) return;
    const response = await lesson.act("ratchet", "run");
    if (response.error) return;
    at.value = Math.floor(rows.length / 2);
    at.dispatchEvent(new Event("input"));
  });
  bet(lesson, "ratchet", form, () => "theft", [find("[data-steal]")]);
  click(find("[data-steal]"), () => lesson.act("ratchet", "theft", { at: Number(at.value) }));
  sliders(root);
  clear();
}
