// The station of scanning: what error rates mean, and a picture that is taken for another.

import { put, reveal } from "./put.mjs";
import { bet, click, sliders } from "./bet.mjs";

const rounded = (x) => (x >= 100 ? Math.round(x) : Number(x.toPrecision(3)));

// falseOfHundred rounds the share of false reports. 100 stands for all, and 0 for none.
export function falseOfHundred(share) {
  if (share === undefined) return 0;
  return share > 99 && share < 100 ? Number(share.toPrecision(4)) : rounded(share);
}

export function scanning(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const form = find("[data-form=rates]");

  function clear() {
    find("[data-rates]").hidden = true;
  }

  lesson.on("scanning", (event) => {
    if (event.kind === "cleared") clear();
    if (event.kind === "restored" && event.numbers.reports !== undefined) counted(event);
  });
  bet(lesson, "scanning", form, () => "rates", [find("[data-count-rates]")]);
  click(find("[data-count-rates]"), async () => {
    const { rate, people, checks } = form.elements;
    const response = await lesson.act("scanning", "rates", { rate: Number(rate.value), people: Number(people.value), checks: Number(checks.value) });
    if (!response.error) counted(response);
  });

  function counted({ numbers }) {
    const { reports, right, false: innocent, share } = numbers;
    reveal(find("[data-rates]"), { share: falseOfHundred(share), reports: rounded(reports), right: rounded(right), false: rounded(innocent) });
    const dots = find("[data-hundred-dots]");
    dots.replaceChildren();
    for (let i = 0; i < 100; i++) {
      const dot = document.createElement("i");
      if (i < Math.round(100 - (share ?? 0))) dot.classList.add("right");
      dots.append(dot);
    }
  }

  const pushing = find("[data-form=push]");
  bet(lesson, "scanning", pushing, () => "push", [find("[data-push]")]);
  click(find("[data-push]"), () => lesson.act("scanning", "push"));
  lesson.changed(() => {
    const pushed = Boolean(lesson.done("scanning", "push"));
    find("[data-pushed]").hidden = !pushed;
    find("[data-when=pushed]").hidden = !pushed;
  });
  find("[data-pushed]").hidden = true;
  sliders(root);
  clear();
}
