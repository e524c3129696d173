// Station 7: sentences to debate, and all bets of the lesson beside what was measured.

import { copy, put, shown, word, wordID } from "./put.mjs";
import { bet, choice } from "./bet.mjs";
import { falseOfHundred } from "./scanning.mjs";
import { person } from "./tracing.mjs";
import { removedOpens } from "./groups.mjs";

export function debate(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  for (const form of root.querySelectorAll("[data-card]")) {
    bet(lesson, "debate", form, () => form.dataset.card, []);
    const turned = form.querySelector("[data-turned]");
    turned.hidden = true;
    lesson.changed(() => (turned.hidden = !lesson.bet("debate", form.dataset.card)));
  }

  // measured is what the library found, by station and by what a bet was about.
  const measured = new Map();
  const found = (station, name, value) => measured.set(`${station} ${name}`, value);
  lesson.on("breach", (event) => {
    if (event.kind === "exposed" && event.column === "with") found("breach", event.name, word("breach.count", { n: event.n, of: event.of }));
  });
  lesson.on("leaf", (event) => {
    if (event.kind === "forged" && event.index === 0) found("leaf", "forge", shown(event.n));
  });
  // What a response measured, when it comes and when it is restored.
  lesson.on("leaf", ({ numbers = {} }) => {
    if (numbers.learned !== undefined) found("leaf", "call", choice("leaf", "call", numbers.learned));
    if (numbers.named !== undefined) found("leaf", "blame", shown(numbers.named));
  });
  lesson.on("generator", ({ kind, name, n, numbers = {} }) => {
    if (kind === "exposed" && name === "Q replaced") found("generator", "juniper", shown(n));
    if (numbers.tested !== undefined) found("generator", `find ${numbers.dropped}`, shown(numbers.tested));
    if (numbers.drawn !== undefined) found("generator", "draw", shown(numbers.drawn));
    if (numbers.passed !== undefined) found("generator", "statistics", choice("generator", "statistics", numbers.passed === numbers.tests ? 1 : 0));
  });
  lesson.on("scanning", ({ numbers = {} }) => {
    if (numbers.reports !== undefined) found("scanning", "rates", shown(falseOfHundred(numbers.share)));
  });
  lesson.on("groups", ({ numbers = {} }) => {
    for (const app of ["hiding", "one", "showing"]) {
      if (numbers[`${app}.sees`] !== undefined) found("groups", app, word("groups.of", { n: numbers[`${app}.sees`], of: numbers[`${app}.people`] }));
    }
    if (numbers.removed !== undefined) found("groups", "removed", word("groups.of", removedOpens(numbers.removed)));
  });
  for (const element of document.querySelectorAll("[data-measured]")) found("groups", element.dataset.built, shown(Number(element.dataset.measured)));
  lesson.on("ratchet", (event) => {
    if (event.kind === "opens" && event.column === "without") found("ratchet", "theft", word("dial.of", { n: event.n, of: event.of }));
  });
  let steps = [];
  lesson.on("dial", (event) => {
    if (event.kind !== "step") return;
    if (event.index === 0) steps = [];
    steps.push(event);
    for (let k = 1; k <= event.index; k++) found("dial", `deal ${event.index} ${k}`, word("dial.of", { n: steps[k - 1].n, of: event.of }));
  });

  // about says what a bet is about, and said what it says; a text that there is none of is its own id.
  const known = (text, id, otherwise) => (text === id ? otherwise : text);
  function about(station, name) {
    if (station === "breach") return word(wordID("theft.", name));
    if (station === "recovery" && name !== "guess") return word(wordID("recovery.theft-", name.replace("theft ", "")));
    if (station === "dial") return name.replace(/^deal (\d+) (\d+)$/, "n = $1, k = $2");
    const id = wordID("bet.", `${station} ${name}`);
    return known(word(id), id, "");
  }
  const said = (station, name, n) => (name.startsWith("chain ") ? person(n) : known(choice(station, name, n), `bet.${station}-${name}-${n}`, n));

  const table = document.querySelector("[data-counted]").dataset;
  found("matrix", "table", word("dial.of", { n: Number(table.counted), of: Number(table.of) }));

  lesson.on("recovery", (event) => {
    if (event.kind === "measured") found("recovery", event.name, word("dial.of", { n: event.n, of: event.of }));
  });
  lesson.on("tracing", (event) => {
    if (event.kind === "measured") found("tracing", event.name, word(event.name.startsWith("chain ") ? "tracing.is-named" : "dial.of", { n: event.n, of: event.of }));
  });

  lesson.changed(() => {
    const bets = lesson.desk.log.filter((request) => request.do === "bet" && request.station !== "debate");
    const body = find("[data-all] > tbody");
    body.replaceChildren();
    for (const { station, args } of bets) {
      const row = copy("all-row").querySelector("tr");
      const name = args.name ?? "";
      put(row, {
        station: word(`${station}.title`),
        about: about(station, name),
        bet: args.list ? args.list.length : said(station, name, args.n ?? 0),
        measured: measured.get(`${station} ${name}`) ?? word("shell.none"),
      });
      body.append(row);
    }
    find("[data-all]").hidden = bets.length === 0;
    find("[data-board-empty]").hidden = bets.length > 0;
  });
}
