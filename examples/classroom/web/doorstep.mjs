// Station 0: whose secret would you keep?

import { reveal } from "./put.mjs";

export function doorstep(lesson, root) {
  const form = root.querySelector("[data-form=pick]");
  const kept = root.querySelector("[data-kept] > span");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    lesson.act("doorstep", "pick", { name: form.elements.secret.value });
  });
  lesson.changed(() => {
    const last = lesson.kept();
    kept.hidden = !last;
    if (!last) return;
    form.elements.secret.value = last;
    reveal(kept, { who: last });
  });
}
