// Station 7: sentences to debate, and all bets of the lesson beside what was measured.

import { copy, put, shown, word, wordID } from "./put.mjs";
import { bet } from "./bet.mjs";

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

  const table = document.querySelector("[data-counted]").dataset;
  found("matrix", "table", word("dial.of", { n: Number(table.counted), of: Number(table.of) }));
  const part = (name) => document.querySelector(`[data-station=scanning] [data-put=${name}]`).textContent;

  lesson.changed(() => {
    if (lesson.done("scanning", "rates")) found("scanning", "rates", part("share"));
    const bets = lesson.desk.log.filter((request) => request.do === "bet" && request.station !== "debate");
    const body = find("[data-all] > tbody");
    body.replaceChildren();
    for (const { station, args } of bets) {
      const row = copy("all-row").querySelector("tr");
      const name = args.name ?? "";
      put(row, {
        station: word(`${station}.title`),
        about: station === "breach" ? word(wordID("theft.", name)) : station === "dial" ? name.replace(/^deal (\d+) (\d+)$/, "n = $1, k = $2") : "",
        bet: args.list ? args.list.length : args.n ?? 0,
        measured: measured.get(`${station} ${name}`) ?? word("shell.none"),
      });
      body.append(row);
    }
    find("[data-all]").hidden = bets.length === 0;
    find("[data-board-empty]").hidden = bets.length > 0;
  });
}
