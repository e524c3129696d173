// Station 5: a key that is shared among n agents, of whom k are needed.

import { copy, put, reveal, word } from "./put.mjs";
import { bet, click, sliders } from "./bet.mjs";

export function dial(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const form = find("[data-form=bet]");
  const { agents, needed } = form.elements;
  const about = () => `deal ${agents.value} ${needed.value}`;
  const body = find("[data-stairs] > tbody");
  let steps = []; // of the last dealing

  function clear() {
    body.replaceChildren();
    find("[data-stairs]").hidden = true;
    for (const e of root.querySelectorAll("[data-happened] > *")) e.hidden = true;
  }

  // dealt shows the two stairs.
  function dealt({ numbers }) {
    body.replaceChildren();
    for (const event of steps.slice(steps.findLastIndex((event) => event.index === 0))) {
      const row = copy("stair").querySelector("tr");
      put(row, {
        agents: event.index,
        opens: [word(event.n > 0 ? "shell.opened" : "shell.shut"), word("dial.of", { n: event.n, of: event.of })].join(" "),
        works: word(event.flags[1] ? "dial.works-yes" : "dial.works-no"),
      });
      row.querySelector(".open-bar").setAttribute("width", (100 * event.n) / event.of);
      row.classList.toggle("is-open", event.n > 0);
      body.append(row);
    }
    find("[data-stairs]").hidden = false;
    const measured = steps.findLast((event) => event.index === numbers.k - 1).n;
    const [mine, uses, both] = find("[data-happened]").children;
    reveal(mine, { n: lesson.bet("dial", about())?.n ?? 0, m: measured });
    reveal(uses, { n: numbers.uses });
    reveal(both);
  }

  lesson.on("dial", (event) => {
    if (event.kind === "cleared") clear();
    if (event.kind === "step") steps.push(event);
    if (event.kind === "restored" && event.numbers.k) {
      agents.value = event.numbers.n;
      needed.max = event.numbers.n;
      needed.value = event.numbers.k;
      for (const range of [agents, needed]) range.dispatchEvent(new Event("input"));
      dealt(event);
    }
  });
  const look = bet(lesson, "dial", form, about, [find("[data-deal]")]);
  agents.addEventListener("input", () => {
    needed.max = agents.value;
    needed.dispatchEvent(new Event("input"));
  });
  sliders(root);
  for (const range of [agents, needed]) range.addEventListener("input", () => { clear(); look(); });
  click(find("[data-deal]"), async () => {
    steps = [];
    const response = await lesson.act("dial", "deal", { n: Number(agents.value), k: Number(needed.value) });
    if (!response.error) dealt(response);
  });
  clear();
}
