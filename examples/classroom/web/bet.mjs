// Bets. Nothing is revealed before there is one, and a locked bet stays beside the result.

import { put, reveal, shown, word } from "./put.mjs";

// sliders shows the value of each range beside it.
export function sliders(root) {
  for (const range of root.querySelectorAll("input[type=range]")) {
    const output = range.parentElement.querySelector("output");
    const show = () => (output.textContent = shown(Number(range.value)));
    range.addEventListener("input", show);
    show();
  }
}

// args returns what the fields of a form say that are named for an argument.
export function args(form) {
  const values = {};
  for (const field of form.querySelectorAll("[data-arg]")) {
    if (field.type === "checkbox") {
      values[field.dataset.arg] ??= [];
      if (field.checked) values[field.dataset.arg].push(Number(field.value));
    } else if (field.type !== "radio" || field.checked) {
      values[field.dataset.arg] = Number(field.value);
    }
  }
  return values;
}

// able lets a button be used or not. A button that is not able keeps the focus, and is read with its state.
export function able(button, is) {
  if (button) button.setAttribute("aria-disabled", String(!is));
}

// click calls action when an able button is pressed, once at a time.
export function click(button, action) {
  let busy = false;
  button.addEventListener("click", async () => {
    if (busy || button.getAttribute("aria-disabled") === "true") return;
    busy = true;
    button.classList.add("busy");
    try {
      await action();
    } finally {
      busy = false;
      button.classList.remove("busy");
    }
  });
}

// choice returns the words of a bet that is one of several: of the nth.
export const choice = (station, name, n) => word(`bet.${station}-${name}-${n}`);

// beside shows a bet beside what was measured.
export function beside(root, name, mine, measured) {
  reveal(root.querySelector(`[data-beside="${name}"]`), { n: mine, m: measured });
}

// questions wires the questions of a station, each of which has a form with a bet, and a button. By a question's name, about
// says what its bet is about, and choices has the field of the form that says what is asked, where there is one. The library's
// answer comes to said.
export function questions(lesson, station, root, about, choices, said) {
  for (const name of Object.keys(about)) {
    const ask = root.querySelector(`[data-ask=${name}]`);
    const form = root.querySelector(`[data-form=${name}]`);
    const choice = choices[name];
    const look = bet(lesson, station, form, about[name], [ask]);
    if (choice) form.addEventListener("change", look);
    click(ask, async () => {
      const response = await lesson.act(station, name, choice ? { name: choice.value } : {});
      if (!response.error) said(response);
    });
  }
  sliders(root);
}

// A bet is made in a form. about() names what it is about; the reveals are the buttons that wait for it. Before ready() there
// is nothing to bet on yet: a form that has such a time says so.
export function bet(lesson, station, form, about, reveals, ready = () => true) {
  const locked = form.querySelector("[data-locked]");
  const hint = form.querySelector("[data-hint]");
  const unready = form.querySelector("[data-unready]");
  const lock = form.querySelector("button:not([type=button])");
  const look = () => {
    const made = lesson.bet(station, about());
    able(lock, !made && ready());
    for (const field of form.querySelectorAll("[data-arg]")) field.disabled = Boolean(made);
    for (const button of reveals) able(button, Boolean(made));
    if (hint) hint.hidden = Boolean(made) || !ready();
    if (unready) unready.hidden = Boolean(made) || ready();
    locked.hidden = !made;
    if (!made) return;
    put(form, made);
    reveal(locked, { n: made.n ?? 0 });
    for (const field of form.querySelectorAll("input[data-arg], select[data-arg]")) {
      if (field.type === "checkbox") field.checked = (made.list ?? []).includes(Number(field.value));
      else if (field.type === "radio") field.checked = Number(field.value) === (made.n ?? 0);
      else field.value = made[field.dataset.arg] ?? 0;
      field.dispatchEvent(new Event("input"));
    }
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (lock.getAttribute("aria-disabled") === "true") return;
    await lesson.act(station, "bet", { name: about(), ...args(form) });
  });
  lesson.changed(look);
  look();
  return look;
}
