// Station 0: whose secret would you keep?

import { reveal } from "./put.mjs";

export function doorstep(lesson, root) {
  const form = root.querySelector("[data-form=pick]");
  const kept = root.querySelector("[data-kept] > span");
  // keep remembers which message is the secret.
  const keep = ({ numbers = {} }) => {
    if (numbers.index !== undefined) lesson.secret = numbers.index;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    keep(await lesson.act("doorstep", "pick", { name: form.elements.secret.value }));
  });
  lesson.on("doorstep", (event) => {
    if (event.kind === "cleared") lesson.secret = -1;
    if (event.kind === "restored") keep(event);
  });
  lesson.changed(() => {
    const last = lesson.kept();
    kept.hidden = !last;
    if (!last) return;
    form.elements.secret.value = last;
    reveal(kept, { who: last });
  });
}
