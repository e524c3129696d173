// The station of tracing: who is named as the writer of a text that was forwarded, and what a recipient can prove instead.

import { reveal, row, word, wordID } from "./put.mjs";
import { questions } from "./bet.mjs";

export function tracing(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const happened = (name) => find(`[data-happened=${name}]`);
  const chain = find("[data-form=chain]").elements;
  const hows = chain.how;
  const people = [...chain.n.options].map((option) => option.textContent);
  const about = { chain: () => `chain ${hows.value}`, town: () => "town", guess: () => "guess", report: () => "report" };
  const named = find("[data-named]");
  const traced = find("[data-traced]");
  const reports = find("[data-reports] > tbody");

  function clear() {
    for (const e of root.querySelectorAll("[data-happened], table.board")) e.hidden = true;
    for (const body of root.querySelectorAll("[data-named] > tbody, [data-traced] > tbody")) body.remove();
    reports.replaceChildren();
  }

  const kinds = {
    cleared: clear,
    named(event) {
      let body = named.querySelector(`tbody[data-of=${event.text}]`);
      if (event.index === 0) {
        body?.remove();
        body = document.createElement("tbody");
        body.dataset.of = event.text;
        named.append(body);
        row(body, "tracing-how", { how: word(`tracing.how-${event.text}`) });
      }
      const right = word(event.exists ? "tracing.is-right" : "tracing.is-wrong");
      row(body, "tracing-named", { design: word(wordID("tracing.design-", event.name)), who: event.blamed, right });
    },
    traced(event) {
      if (event.index === 0) for (const body of traced.querySelectorAll("tbody")) body.remove();
      let body = traced.querySelector("tbody:last-of-type");
      if (event.exists) { // the authority's question, which is the first of a design
        body = document.createElement("tbody");
        traced.append(body);
        row(body, "tracing-design", { design: word(wordID("tracing.design-", event.name)) });
      }
      // The table of hashes is asked with the same that is stolen.
      const used = wordID("tracing.used-", event.text);
      row(body, "tracing-traced", {
        used: word(event.exists && used === "tracing.used-trace-store" ? "tracing.used-table" : used),
        people: event.exists ? word("tracing.is-people", { n: event.people, of: event.victims }) : word("shell.none"),
        messages: word("tracing.is-messages", { n: event.n, of: event.of }),
        wrong: word("tracing.is-others", { n: event.wrong }),
      });
    },
    report(event) {
      if (event.index === 0) reports.replaceChildren();
      row(reports, "tracing-judged", { report: word(`tracing.report-${event.name}`), verdict: word(event.flags[0] ? "tracing.is-believed" : "tracing.is-refused") });
    },
    restored: said,
  };
  lesson.on("tracing", (event) => kinds[event.kind]?.(event));

  // said shows what the last answers say.
  function said({ numbers = {}, text = {} }) {
    const mine = (name) => lesson.bet("tracing", name)?.n ?? 0;
    const how = text["chain.how"];
    if (how) {
      hows.value = how;
      reveal(happened("chain"), { who: people[mine(`chain ${how}`)], n: numbers["chain.right"], of: numbers["chain.of"] });
      for (const e of root.querySelectorAll("[data-how]")) e.hidden = e.dataset.how !== how;
    }
    if (numbers["town.most"] !== undefined) reveal(happened("town"), { n: mine("town"), m: numbers["town.most"], of: numbers["town.people"] });
    for (const name of ["guess", "report"]) {
      if (numbers[`${name}.of`] === undefined) continue;
      const values = Object.entries({ ...numbers, ...text }).filter(([id]) => id.startsWith(`${name}.`));
      reveal(happened(name), { n: mine(name), ...Object.fromEntries(values.map(([id, value]) => [id.slice(name.length + 1), value])) });
    }
  }

  questions(lesson, "tracing", root, about, { chain: hows }, said);
  clear();
}

// person returns the name that a bet on the chain is on.
export const person = (n) => document.querySelectorAll("[data-station=tracing] select[name=n] > option")[n]?.textContent ?? "";
