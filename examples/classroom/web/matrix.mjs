// Station 6: the table of all designs, which was computed before. It is shown once there is a bet.

import { reveal } from "./put.mjs";
import { bet, sliders } from "./bet.mjs";

export function matrix(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const form = find("[data-form=bet]");
  const counted = find("[data-betwas]");
  const choose = find("[data-choose]");
  bet(lesson, "matrix", form, () => "table", []);
  lesson.changed(() => {
    const made = lesson.bet("matrix", "table");
    find("[data-revealed]").hidden = !made;
    if (made) reveal(counted, { n: made.n ?? 0, m: Number(counted.dataset.counted), of: Number(counted.dataset.of) });
  });
  const chosen = () => {
    for (const table of root.querySelectorAll("[data-system]")) table.hidden = table.dataset.system !== choose.value;
  };
  choose.addEventListener("change", chosen);
  chosen();
  sliders(root);
  find("[data-revealed]").hidden = true;
}
