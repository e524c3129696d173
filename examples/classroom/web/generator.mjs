// Station 4: a generator whose numbers somebody knows before they are drawn.

import { copy, put, reveal, word, wordID } from "./put.mjs";
import { beside, bet, choice, click, sliders } from "./bet.mjs";

const field = 4091; // the modulus of the tiny curve

export function generator(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const form = find("[data-form=bet]");
  let points = [];
  let tests = [0, 0]; // passed, of all
  let intruder = 0; // messages that open to the one who changed Q

  function clear() {
    for (const selector of ["[data-curve]", "[data-curve-says]", "[data-progress]", "[data-found]", "[data-juniper-table]", "[data-passed]", ...["find", "juniper", "statistics"].map((name) => `[data-beside=${name}]`)]) find(selector).setAttribute("hidden", "");
    for (const e of root.querySelectorAll("[data-happened] > *")) e.hidden = true;
    find("[data-juniper-table] > tbody").replaceChildren();
    tests = [0, 0];
  }

  function curve({ numbers }) {
    const square = (x, y, size) => `M${x - size / 2} ${field - y - size / 2}h${size}v${size}h-${size}z`;
    let dots = "";
    for (let i = 0; i < points.length; i += 2) dots += square(points[i], points[i + 1], 22);
    find(".dots").setAttribute("d", dots);
    const [x, y] = [numbers.px, field - numbers.py];
    find("path.p").setAttribute("d", `M${x} ${y - 110}l110 110l-110 110l-110 -110z`);
    find("path.q").setAttribute("d", square(numbers.qx, numbers.qy, 170));
    find("[data-curve]").removeAttribute("hidden");
    reveal(find("[data-curve-says]"), { n: numbers.points });
  }

  lesson.on("generator", (event) => {
    if (event.kind === "cleared") clear();
    if (event.kind === "points") points = event.points;
    if (event.kind === "progress") reveal(find("[data-progress]"), { n: event.n, of: event.of });
    if (event.kind === "exposed") juniper(event);
    if (event.kind === "restored") restored(event);
    if (event.kind === "statistic") {
      tests[1]++;
      if (event.flags[0]) tests[0]++;
    }
  });

  function drawn({ numbers }) {
    for (const e of root.querySelectorAll("[data-happened] > *")) reveal(e, { said: numbers.said, drawn: numbers.drawn });
  }

  function found({ numbers }) {
    reveal(find("[data-progress]"), { n: numbers.tested });
    reveal(find("[data-found]"));
    beside(root, "find", lesson.bet("generator", `find ${numbers.dropped}`)?.n ?? 0, numbers.tested);
  }

  function passed() {
    const says = (n) => choice("generator", "statistics", n);
    beside(root, "statistics", says(lesson.bet("generator", "statistics")?.n ?? 0), says(tests[0] === tests[1] ? 1 : 0));
    reveal(find("[data-passed]"), { n: tests[0], of: tests[1] });
  }

  function restored(event) {
    if (event.numbers.px !== undefined) curve(event);
    if (event.numbers.drawn !== undefined) drawn(event);
    if (event.numbers.tested !== undefined) found(event);
    if (event.numbers.passed !== undefined) passed();
    if (event.numbers.messages !== undefined && lesson.done("generator", "juniper")) opened();
  }

  function juniper(event) {
    const row = copy("juniper-row").querySelector("tr");
    const half = event.of / 2;
    const of = (n) => `${word(n > 0 ? "shell.opened" : "shell.shut")} ${word("generator.of", { n, of: half })}`;
    put(row, { who: word(wordID("generator.", event.name)), before: of(event.before), after: of(event.after) });
    find("[data-juniper-table] > tbody").append(row);
    find("[data-juniper-table]").removeAttribute("hidden");
    if (event.name === "Q replaced") intruder = event.n;
  }

  const opened = () => beside(root, "juniper", lesson.bet("generator", "juniper")?.n ?? 0, intruder);

  click(find("[data-tiny]"), async () => {
    const response = await lesson.act("generator", "tiny");
    if (!response.error) curve(response);
  });
  bet(lesson, "generator", form, () => "draw", [find("[data-draw-byte]")]);
  click(find("[data-draw-byte]"), async () => {
    const response = await lesson.act("generator", "draw");
    if (!response.error) drawn(response);
  });
  const stop = find("[data-stop]");
  const finding = find("[data-form=find]");
  const { bits } = finding.elements;
  const look = bet(lesson, "generator", finding, () => `find ${bits.value}`, [find("[data-find]")]);
  bits.addEventListener("change", look);
  click(find("[data-find]"), async () => {
    stop.hidden = false;
    for (const selector of ["[data-found]", "[data-beside=find]"]) find(selector).hidden = true;
    const response = await lesson.act("generator", "find", { n: Number(bits.value) });
    stop.hidden = true;
    if (!response.error && !response.stopped) found(response);
  });
  click(stop, () => lesson.stop("generator"));
  bet(lesson, "generator", find("[data-form=juniper]"), () => "juniper", [find("[data-juniper]")]);
  click(find("[data-juniper]"), async () => {
    find("[data-juniper-table] > tbody").replaceChildren();
    const response = await lesson.act("generator", "juniper");
    if (!response.error) opened();
  });
  bet(lesson, "generator", find("[data-form=statistics]"), () => "statistics", [find("[data-statistics]")]);
  click(find("[data-statistics]"), async () => {
    tests = [0, 0];
    const response = await lesson.act("generator", "statistics");
    if (!response.error) passed();
  });
  sliders(root);
  clear();
}
