// Station 3: the LEAF, byte by byte, and forged.

import { copy, put, reveal, word, wordID } from "./put.mjs";
import { able, beside, bet, choice, click, sliders } from "./bet.mjs";

const chance = 1 / 65536; // of a string to be accepted
const binSize = 32768;
const bins = 8; // the last has all that are more

// leafParts are the fields of a LEAF by their bytes.
const leafParts = [...Array(10).fill("part-key"), ...Array(4).fill("part-unit"), ...Array(2).fill("part-sum")];

export function leaf(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const form = find("[data-form=bet]");
  const family = find("[name=kf]");
  const unit = find("[name=ku]");
  let trials = [];
  let time = 0;
  let forgedUnit = "";

  function clear() {
    for (const selector of ["[data-shown]", "[data-trial]", "[data-bytes=forged]", "[data-histogram]", "[data-blamed]", "[data-beside=call]", "[data-beside=blame]"]) find(selector).hidden = true;
    for (const e of root.querySelectorAll("[data-happened] > *")) e.hidden = true;
    find("[data-blamed] > tbody").replaceChildren();
    trials = [];
    forgedUnit = "";
  }

  // bytes shows the bytes of a LEAF, each of which says what it is.
  function bytes(name, hex, parts) {
    const list = find(`[data-bytes=${name}]`);
    list.replaceChildren();
    (hex.match(/../g) ?? []).forEach((value, i) => {
      const item = copy("leaf-byte");
      const button = item.firstElementChild;
      put(item, { value });
      if (parts) item.dataset.part = parts[i];
      const says = () => {
        const what = parts && family.checked ? word(`leaf.${parts[i]}`) : word("leaf.sees-nothing");
        find("[data-part]").textContent = [word("leaf.byte", { n: i + 1, value }), what].join(" ");
      };
      button.addEventListener("focus", says);
      button.addEventListener("click", says);
      list.append(item);
    });
    list.hidden = false;
  }

  function call({ text, numbers }) {
    beside(root, "call", choice("leaf", "call", lesson.bet("leaf", "call")?.n ?? 0), choice("leaf", "call", numbers.learned));
    reveal(find("[data-shown]"));
    bytes("wire", text.leaf);
    bytes("opened", text.wrapped + text.unit + text.checksum, leafParts);
    ladder();
  }

  // ladder shows what is seen with the keys that are there.
  function ladder() {
    const sees = family.checked ? (unit.checked ? "all" : "unit") : "nothing";
    find("[data-shown]").dataset.sees = sees;
    for (const e of find("[data-shown]").querySelectorAll("[data-when]")) e.hidden = e.dataset.when !== sees;
    for (const button of find("[data-bytes=opened]").querySelectorAll("button")) button.disabled = !family.checked;
  }

  function forged(event) {
    trials[event.index] = event.n;
    time = event.nanoseconds;
    put(find("[data-trial]"), { n: event.n });
    if (event.index === 0) {
      bytes("forged", event.bytes);
      for (const e of root.querySelectorAll("[data-happened] > *")) {
        reveal(e, { n: event.n });
      }
      const [, mine, ms, tap] = find("[data-happened]").children;
      put(mine, { n: lesson.bet("leaf", "forge")?.n ?? 0 });
      put(ms, { n: Math.round(time / 1e6) });
      tap.hidden = forgedUnit === "";
      put(tap, { unit: forgedUnit });
      return;
    }
    histogram();
  }

  // seen says what the tap makes of the forged LEAF.
  function seen({ text }) {
    forgedUnit = text.forgedUnit;
    reveal(find("[data-happened]").lastElementChild, { unit: forgedUnit });
  }

  function histogram() {
    const body = find("[data-histogram] tbody");
    const counts = Array(bins).fill(0);
    for (const n of trials) counts[Math.min(bins - 1, Math.floor((n - 1) / binSize))]++;
    const expected = counts.map((_, i) => trials.length * ((1 - chance) ** (i * binSize) - (i === bins - 1 ? 0 : (1 - chance) ** ((i + 1) * binSize))));
    const most = Math.max(...counts, ...expected);
    const mine = Math.min(bins - 1, Math.floor(((lesson.bet("leaf", "forge")?.n ?? 1) - 1) / binSize));
    while (body.children.length < bins) body.append(copy("leaf-bin").querySelector("tr"));
    counts.forEach((count, i) => {
      const row = body.children[i];
      const from = i * binSize;
      put(row, { bin: i === bins - 1 ? word("leaf.more", { from }) : word("leaf.bin", { from: from + 1, to: from + binSize }), n: count, expected: Math.round(expected[i] * 10) / 10 });
      row.querySelector(".open-bar").setAttribute("width", 100 * (count / most));
      row.querySelector("[data-bet]").hidden = i !== mine;
    });
    reveal(find("[data-histogram]"), {});
    put(find("#leaf-histogram"), { n: trials.length, mean: Math.round(trials.reduce((a, b) => a + b, 0) / trials.length) });
  }

  function blamed(event) {
    const row = copy("leaf-call").querySelector("tr");
    put(row, {
      call: word(wordID("leaf.call-", event.name)),
      chip: word(event.flags[0] ? "leaf.accepts" : "leaf.refuses"),
      tap: word(event.flags[1] ? "leaf.reads" : "leaf.deaf"),
      unit: event.text || word("leaf.nounit"),
      blamed: event.blamed || word("shell.nobody"),
    });
    find("[data-blamed] > tbody").append(row);
    find("[data-blamed]").hidden = false;
  }

  const named = ({ numbers }) => beside(root, "blame", lesson.bet("leaf", "blame")?.n ?? 0, numbers.named);

  lesson.on("leaf", (event) => {
    if (event.kind === "cleared") clear();
    if (event.kind === "progress") reveal(find("[data-trial]"), { n: event.n });
    if (event.kind === "forged") forged(event);
    if (event.kind === "call") blamed(event);
    if (event.kind === "restored") {
      if (event.text.leaf) call(event);
      if (event.text.forgedUnit) seen(event);
      if (event.numbers.named !== undefined) named(event);
    }
  });
  family.addEventListener("change", ladder);
  unit.addEventListener("change", ladder);

  bet(lesson, "leaf", find("[data-form=call]"), () => "call", [find("[data-call]")]);
  click(find("[data-call]"), async () => {
    const response = await lesson.act("leaf", "call");
    if (!response.error) call(response);
  });

  const buttons = [find("[data-forge]")];
  bet(lesson, "leaf", form, () => "forge", buttons);
  const stop = find("[data-stop]");
  const search = async (name, args) => {
    stop.hidden = false;
    const response = await lesson.act("leaf", name, args);
    stop.hidden = true;
    return response;
  };
  click(find("[data-forge]"), async () => {
    const response = await search("forge");
    if (response.text?.forgedUnit) seen(response);
  });
  click(find("[data-hundred]"), () => search("hundred", { n: 100 }));
  click(stop, () => lesson.stop("leaf"));
  click(find("[data-blame]"), async () => {
    find("[data-blamed] > tbody").replaceChildren();
    const response = await lesson.act("leaf", "blame");
    if (!response.error) named(response);
  });
  const forgedOne = () => Boolean(lesson.done("leaf", "forge"));
  bet(lesson, "leaf", find("[data-form=blame]"), () => "blame", [find("[data-blame]")], forgedOne);
  lesson.changed(() => able(find("[data-hundred]"), forgedOne()));
  sliders(root);
  clear();
}
