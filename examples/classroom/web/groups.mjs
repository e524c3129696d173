// The station of groups: a silent member, who sees it, and what opens to a member who has left.

import { copy, day, put, reveal, word } from "./put.mjs";
import { bet, click, sliders } from "./bet.mjs";

const removals = () => JSON.parse(document.getElementById("removals").textContent);

const count = (flags) => ({ n: flags.split("o").length - 1, of: flags.length });

// removedOpens counts what opens to a member who is removed before the message with that index.
export function removedOpens(index) {
  return count(removals()[index][0]);
}

export function groups(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const form = find("[data-form=ghost]");
  const { app, at } = form.elements;
  const heard = find("[data-heard]");
  let order = 0; // the index of the message before which the order comes

  function clear() {
    heard.replaceChildren();
    find("[data-wired]").hidden = true;
    find("[data-apps]").hidden = true;
    for (const e of find("[data-haunted]").children) e.hidden = true;
    for (const row of root.querySelectorAll("[data-app]")) row.hidden = true;
  }

  // hears adds a message to the table of what leaves the phones, which is of the last app.
  function hears(event) {
    if (event.index === 0) heard.replaceChildren();
    if (event.index === order) heard.append(copy("order").querySelector("tr"));
    const row = copy("heard").querySelector("tr");
    const open = event.flags[0];
    put(row, {
      number: event.index + 1,
      from: event.from.split(" ")[0],
      day: day(event.at),
      copies: event.n,
      screen: event.of,
      state: word(open ? "shell.opened" : "shell.shut"),
      text: event.text ?? "",
    });
    row.querySelector("q").hidden = !open;
    row.querySelector("[data-put=state]").classList.toggle("is-open", open);
    row.classList.toggle("differs", event.n !== event.of);
    heard.append(row);
  }

  // counted shows what was measured with each app that a response is about.
  function counted({ numbers }) {
    for (const row of root.querySelectorAll("[data-app]")) {
      const name = row.dataset.app;
      const of = (what) => numbers[`${name}.${what}`];
      if (of("sees") === undefined) continue;
      const digits = of("numbers") > 1 ? "differ" : of("changed") > 0 ? "changed" : "same";
      reveal(row, {
        bet: lesson.bet("groups", name)?.n ?? 0,
        sees: word("groups.of", { n: of("sees"), of: of("people") }),
        numbers: word(`groups.numbers-${digits}`),
        read: word("groups.of", { n: of("read"), of: of("of") }),
      });
      find("[data-apps]").hidden = false;
      find("[data-wired]").hidden = false;
      if (name !== app.value) continue;
      reveal(find("[data-when=seen]"), { n: lesson.bet("groups", name)?.n ?? 0, m: of("sees") });
      const hides = find("[data-when=hides]");
      put(hides, { n: of("apart"), of: of("people") });
      hides.hidden = of("sees") === of("people");
    }
  }

  lesson.on("groups", (event) => {
    if (event.kind === "cleared") clear();
    if (event.kind === "heard") {
      if (lesson.quick) order = -1;
      hears(event);
    }
    if (event.kind === "restored") {
      const last = lesson.done("groups", "ghost");
      if (!last) return;
      order = last.at ?? 0;
      app.value = last.name;
      at.value = order;
      at.dispatchEvent(new Event("input"));
      counted(event);
      const moment = copy("order").querySelector("tr");
      if (heard.children[order]) heard.insertBefore(moment, heard.children[order]);
      else heard.append(moment);
    }
  });
  const look = bet(lesson, "groups", form, () => app.value, [find("[data-ghost]")]);
  app.addEventListener("input", () => {
    for (const e of find("[data-haunted]").children) e.hidden = true;
    look();
  });
  click(find("[data-ghost]"), async () => {
    order = Number(at.value);
    const response = await lesson.act("groups", "ghost", { name: app.value, at: order });
    if (response.error) return;
    if (order === heard.children.length) heard.append(copy("order").querySelector("tr"));
    counted(response);
  });

  // What the page has from when it was made is shown after a bet.
  function built(name, button, element) {
    bet(lesson, "groups", find(`[data-form=${name}]`), () => name, [button]);
    click(button, () => lesson.act("groups", name));
    lesson.changed(() => {
      element.hidden = !lesson.done("groups", name);
      put(element.querySelector("[data-was]"), { n: lesson.bet("groups", name)?.n ?? 0, m: Number(element.dataset.measured) });
    });
    element.hidden = true;
  }
  built("tries", find("[data-tries]"), find("[data-tried]"));
  built("directory", find("[data-directory]"), find("[data-lied]"));

  const leaving = find("[data-form=removed]");
  const moment = leaving.elements.at;
  const rows = [...find("[data-left] > tbody").rows];
  const opened = removals();
  const line = copy("removal").querySelector("tr");
  for (const e of leaving.querySelectorAll("[data-at]")) e.textContent = day(e.dataset.at);

  // left shows what opens, if the member was removed at the moment of the slider.
  function left() {
    const index = Number(moment.value);
    if (rows[index]) rows[index].before(line);
    else rows.at(-1).after(line);
    const shown = lesson.done("groups", "removed", (args) => (args.at ?? 0) === index) !== undefined;
    const opens = opened[index];
    rows.forEach((row, i) => {
      row.querySelectorAll("[data-cell]").forEach((cell, column) => {
        const open = shown && opens[column][i] === "o";
        cell.textContent = shown ? word(open ? "shell.opened" : "shell.shut") : "";
        cell.classList.toggle("is-open", open);
      });
    });
    find("[data-totals]").hidden = !shown;
    for (const e of find("[data-happened]").children) e.hidden = !shown;
    if (!shown) return;
    const [mine, ...totals] = find("[data-totals]").querySelectorAll("[data-total]");
    mine.textContent = word("groups.of", { n: (lesson.bet("groups", "removed")?.list ?? []).length, of: rows.length });
    totals.forEach((cell, i) => (cell.textContent = word("groups.of", count(opens[i]))));
  }
  bet(lesson, "groups", leaving, () => "removed", [find("[data-remove]")]);
  click(find("[data-remove]"), () => lesson.act("groups", "removed", { at: Number(moment.value) }));
  moment.addEventListener("input", left);
  lesson.on("groups", (event) => {
    const last = event.kind === "restored" && lesson.done("groups", "removed");
    if (!last) return;
    moment.value = last.at ?? 0;
    moment.dispatchEvent(new Event("input"));
  });
  lesson.changed(left);
  sliders(root);
  clear();
  left();
}
