// Station 6: the table of all designs, which was computed before. It is shown once there is a bet.

import { copy, put, reveal, word } from "./put.mjs";
import { bet, sliders } from "./bet.mjs";

export function matrix(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const counted = find("[data-betwas]");
  const choose = find("[data-choose]");
  const designs = JSON.parse(document.getElementById("designs").textContent);

  // chosen shows all thefts of one design.
  function chosen() {
    const [name, program, guessed, rows] = designs[choose.value] ?? ["", "", "", []];
    const table = copy("design");
    put(table, { name, program, guessed });
    table.querySelector("[data-when=guessed]").hidden = guessed === "";
    for (const [theft, takes, n, of, people, all, noticed, forged, definition] of rows) {
      const row = copy("design-row").querySelector("tr");
      put(row, {
        theft,
        takes,
        opens: [word(n > 0 ? "shell.open-mark" : "shell.shut-mark"), word("dial.of", { n, of })].join(" "),
        people: word("dial.of", { n: people, of: all }),
        noticed: noticed || word("shell.nobody"),
        forged: forged || word("shell.none"),
        definition,
      });
      if (!noticed) row.querySelector("[data-put=noticed]").removeAttribute("lang");
      table.tBodies[0].append(row);
    }
    if (!rows.some((row) => row.at(-1))) for (const cell of table.querySelectorAll("[data-definition]")) cell.remove();
    find("[data-details]").replaceChildren(table);
  }

  bet(lesson, "matrix", find("[data-form=bet]"), () => "table", []);
  lesson.changed(() => {
    const made = lesson.bet("matrix", "table");
    find("[data-revealed]").hidden = !made;
    if (made) reveal(counted, { n: made.n ?? 0, m: Number(counted.dataset.counted), of: Number(counted.dataset.of) });
  });
  choose.addEventListener("change", chosen);
  chosen();
  sliders(root);
  find("[data-revealed]").hidden = true;
}
