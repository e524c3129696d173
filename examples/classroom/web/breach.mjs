// Station 1: the same messages in two columns, thefts, and the key on a card.

import { copy, day, put, reveal, shown, slowly, spaced, word, wordID } from "./put.mjs";
import { able, bet, click, sliders } from "./bet.mjs";

const sides = ["with", "without"];

export function breach(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const wire = find("[data-wire]");
  const form = find("[data-form=bet]");
  const column = Object.fromEntries(sides.map((side) => [side, find(`[data-column=${side}]`)]));
  let rows = []; // of the wire, each with the places of its two sides
  let opening = []; // events that have come during one action
  let exposed = {};
  let stolen = false;
  let drawn = false; // what the last theft opened
  let moved = false; // the slider of the bet, by the reader

  function clear() {
    wire.replaceChildren();
    rows = [];
    for (const side of sides) {
      column[side].querySelector("[data-field]").replaceChildren();
      hide(side);
    }
    for (const e of root.querySelectorAll("[data-happened] > *")) e.hidden = true;
    find("[data-board]").hidden = true;
    find("[data-board] > tbody").replaceChildren();
    find("[data-board-empty]").hidden = false;
    find("[data-keycard]").hidden = true;
    find("[data-keycard-tools]").hidden = true;
    find("[data-card-says]").textContent = "";
    find("[data-written]").hidden = true;
    stolen = false;
    drawn = false;
    exposed = {};
    sent(0);
  }

  // hide takes away what a theft has shown of one side.
  function hide(side) {
    column[side].querySelector("[data-count]").hidden = true;
    column[side].querySelector("[data-outcome]").hidden = true;
    for (const row of rows) {
      if (!row[side].open) continue;
      row[side].open.replaceWith(row[side].sealed);
      row[side].open = null;
      row[side].cell.classList.remove("open");
    }
  }

  const of = () => lesson.messages;

  function sent(n) {
    put(find("[data-sent]"), { n, of: Math.max(of(), n) });
    const all = n || of(); // before any is sent, there are those of the town
    put(form, { of: all });
    const range = form.elements.n;
    range.max = all;
    if (!moved && !range.disabled) range.value = Math.round(all / 2);
    range.dispatchEvent(new Event("input"));
    able(find("[data-half]"), n < Number(find("[data-half]").dataset.half));
  }

  function sealed(event) {
    let row = rows[event.index];
    if (!row) {
      const item = copy("envelope");
      put(item, { day: day(event.at), from: event.from, to: event.to });
      row = rows[event.index] = { from: event.from, to: event.to };
      for (const side of sides) {
        const cell = document.createElement("i");
        row[side] = { sealed: item.querySelector(`[data-side=${side}]`), cell, open: null };
      }
      row.item = item;
      mark(row);
    }
    put(row[event.column].sealed, { bytes: spaced(event.bytes), n: event.size });
    if (event.column !== "without") return;
    wire.append(row.item);
    for (const side of sides) column[side].querySelector("[data-field]").append(row[side].cell);
    sent(rows.length);
  }

  // mark marks a message of the person whose secret is kept.
  function mark(row) {
    const who = lesson.kept();
    const marked = who === row.from || who === row.to;
    row.item.querySelector("[data-mark]").hidden = !marked;
    for (const side of sides) row[side].cell.classList.toggle("marked", marked);
  }

  function open(event) {
    const place = rows[event.index]?.[event.column];
    if (!place || place.open) return;
    place.open = copy("read");
    put(place.open, { text: event.text });
    place.sealed.replaceWith(place.open);
    place.cell.classList.add("open");
  }

  // show opens what has opened, oldest first, and then says what that was.
  async function show() {
    const list = opening;
    opening = [];
    const totals = exposed;
    for (const side of sides) {
      if (!totals[side]) continue;
      const count = column[side].querySelector("[data-count]");
      reveal(count, { n: totals[side].n - list.filter((event) => event.column === side).length, of: totals[side].of });
    }
    if (list.length < 8) list.forEach(open);
    else {
      list.sort((a, b) => a.index - b.index);
      const done = { with: 0, without: 0 };
      await slowly(list.length, (from, to) => {
        for (const event of list.slice(from, to)) {
          open(event);
          done[event.column]++;
        }
        for (const side of sides) {
          if (totals[side] && done[side]) put(column[side].querySelector("[data-count]"), { n: done[side], of: totals[side].of });
        }
      });
    }
    for (const side of sides) outcome(side, totals[side]);
    if (totals.with) happened(totals.with);
  }

  function outcome(side, e) {
    const place = column[side].querySelector("[data-outcome]");
    const part = (name) => place.querySelector(`[data-when=${name}]`);
    if (!e) {
      place.hidden = !stolen;
      for (const name of ["none", "exists"]) part(name).hidden = true;
      part("missing").hidden = false;
      return;
    }
    put(column[side], { n: e.n, of: e.of });
    reveal(place);
    part("missing").hidden = true;
    part("none").hidden = e.exists;
    part("exists").hidden = !e.exists;
    put(part("none"), { n: e.operations, m: e.n });
    const list = part("exists").children;
    put(list[0], { n: e.people });
    put(list[1], { n: e.before });
    put(list[2], { n: e.after });
    put(list[3], { who: e.noticed || word("shell.nobody") });
    put(list[4], { n: e.operations, m: e.wrong });
    put(list[5], { n: Math.round(e.nanoseconds / 1e6) });
  }

  function happened(e) {
    const part = (name) => find(`[data-happened] > [data-when=${name}]`);
    const made = lesson.bet("breach", e.name);
    if (made) reveal(part("bet"), { n: made.n ?? 0, m: e.n });
    drawn = true;
    mine();
    const says = part("says");
    says.textContent = word(wordID("theft.says-", e.name));
    says.hidden = false;
    board(e.name);
  }

  // mine says what has become of the secret that was to be kept.
  function mine() {
    const part = (name) => find(`[data-happened] > [data-when=${name}]`);
    const who = lesson.kept();
    const told = Boolean(who) && drawn;
    const open = rows.filter((row) => row.with.open && (row.from === who || row.to === who)).length;
    part("yours").hidden = !told || open === 0;
    part("yours-shut").hidden = !told || open > 0;
    put(part("yours"), { n: open, who: who ?? "" });
    const secret = rows[lesson.secret]?.with.open?.querySelector("[data-put=text]").textContent;
    part("secret").textContent = secret ?? "";
    part("secret").hidden = !told || !secret;
  }

  // board has a line for each theft.
  function board(name) {
    const body = find("[data-board] > tbody");
    const found = [...body.children].find((row) => row.dataset.theft === name);
    const row = found ?? copy("board-row").querySelector("tr");
    row.dataset.theft = name;
    const says = (e) => (e && e.exists ? word("breach.count", { n: e.n, of: e.of }) : word("breach.missing"));
    put(row, {
      theft: word(wordID("theft.", name)),
      bet: lesson.bet("breach", name)?.n ?? 0,
      with: says(exposed.with),
      without: says(exposed.without),
      noticed: exposed.with?.noticed || word("shell.nobody"),
    });
    if (!found) body.append(row);
    find("[data-board]").hidden = false;
    find("[data-board-empty]").hidden = true;
    able(find("[data-card]"), Boolean(lesson.done("breach", "steal", (args) => args.name === "escrow key")));
    find("[data-hint=card]").hidden = find("[data-card]").getAttribute("aria-disabled") === "false";
  }

  function begin() {
    exposed = {};
    opening = [];
    drawn = false;
    for (const e of root.querySelectorAll("[data-happened] > *")) e.hidden = true;
    for (const side of sides) hide(side);
  }

  lesson.on("breach", (event) => {
    if (event.kind === "cleared") clear();
    if (event.kind === "sealed") sealed(event);
    if (event.kind === "stolen" && event.column === "with") {
      if (lesson.quick) begin();
      stolen = true;
    }
    if (event.kind === "opened") {
      if (event.name === "card" || lesson.quick) open(event);
      else opening.push(event);
    }
    if (event.kind === "exposed") {
      exposed[event.column] = event;
      if (lesson.quick) {
        reveal(column[event.column].querySelector("[data-count]"), { n: event.n, of: event.of });
        for (const side of sides) outcome(side, exposed[side]);
        if (exposed.with) happened(exposed.with);
      }
    }
  });

  for (const button of root.querySelectorAll("[data-send]")) {
    click(button, async () => {
      await lesson.act("breach", "send", { n: Number(button.dataset.send) });
      await lesson.busy(show);
    });
  }

  const half = find("[data-half]");
  click(half, async () => {
    await lesson.act("breach", "send", { n: Number(half.dataset.half) - rows.length });
    await lesson.busy(show);
  });

  form.elements.n.addEventListener("input", (event) => (moved ||= event.isTrusted));
  const theft = form.elements.theft;
  const look = bet(lesson, "breach", form, () => theft.value, [find("[data-steal]")], () => rows.length > 0);
  const acts = () => (find("[data-acting]").hidden = theft.selectedOptions[0].dataset.acts === undefined);
  theft.addEventListener("change", () => { look(); acts(); });
  click(find("[data-steal]"), async () => {
    begin();
    find("[data-columns]").scrollIntoView({ block: "start" });
    const response = await lesson.act("breach", "steal", { name: theft.value });
    if (!response.error) await lesson.busy(show);
  });

  click(find("[data-card]"), async () => {
    const response = await lesson.act("breach", "card");
    if (response.error) return;
    reveal(find("[data-keycard]"));
    reveal(find("[data-keycard-tools]"), { n: response.text.key.length - "AGE-SECRET-KEY-PQ-1".length });
  });
  clock(find("[data-clock]"), find("[data-clock-says]"));

  find("[data-form=use]").addEventListener("submit", async (event) => {
    event.preventDefault();
    const response = await lesson.act("breach", "use", { text: event.target.elements.text.value });
    if (response.error) return;
    const { say } = response.text;
    find("[data-card-says]").textContent = word(say, { n: response.numbers?.["card.open"] ?? 0, of: response.numbers?.["card.of"] ?? 0 });
  });

  const write = find("[data-form=write]");
  const victim = find("[data-victim]");
  const concerns = () => (victim.hidden = ![write.elements.from.value, write.elements.to.value].includes(victim.dataset.victim));
  for (const name of ["from", "to"]) write.elements[name].addEventListener("change", concerns);
  write.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { from, to, text } = write.elements;
    const response = await lesson.act("breach", "write", { from: from.value, to: to.value, text: text.value });
    if (response.error) return;
    text.value = "";
    await lesson.busy(show);
    find("[data-written]").hidden = !rows.at(-1).with.open;
    const region = wire.parentElement;
    region.scrollTop = region.scrollHeight;
  });

  lesson.changed(() => {
    rows.forEach(mark);
    mine();
  });
  sliders(root);
  clear();
}

// clock counts seconds between two presses.
function clock(button, says) {
  const [start, stop] = [button.textContent, word("card.clock-stop")];
  let since = 0;
  button.addEventListener("click", () => {
    if (since === 0) {
      since = performance.now();
      button.textContent = stop;
      says.hidden = true;
      return;
    }
    reveal(says, { n: shown(Math.round((performance.now() - since) / 1000)) });
    since = 0;
    button.textContent = start;
  });
}
