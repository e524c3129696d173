// The station of recovery: who can bring back the history of a lost phone, its owner, a thief, or both.

import { reveal, row, word, wordID } from "./put.mjs";
import { questions } from "./bet.mjs";

export function recovery(lesson, root) {
  const find = (selector) => root.querySelector(selector);
  const happened = (name) => find(`[data-happened=${name}]`);
  const chosen = find("[data-form=theft]").elements.theft;
  const about = { guess: () => "guess", theft: () => `theft ${chosen.value}` };
  const vaults = find("[data-vaults] > tbody");
  const backups = find("[data-backups] > tbody");

  function clear() {
    for (const e of root.querySelectorAll("[data-happened], table.board")) e.hidden = true;
    vaults.replaceChildren();
    backups.replaceChildren();
  }

  const kinds = {
    cleared: clear,
    vault(event) {
      if (event.index === 0) vaults.replaceChildren();
      const [open, lost] = event.flags;
      row(vaults, "recovery-vault", {
        person: event.name,
        pin: event.text,
        guesses: word("recovery.is-guesses", { n: event.n }),
        thief: word(open ? "shell.opened" : "shell.shut"),
        owner: word(lost ? "recovery.is-lost" : "recovery.is-kept"),
      }).classList.toggle("is-open", open);
    },
    backup(event) {
      backups.querySelector(`tr[data-of="${event.index}"]`)?.remove();
      const line = row(backups, "recovery-backup", {
        stolen: word(wordID("recovery.theft-", event.name)),
        read: `${word(event.n > 0 ? "shell.open-mark" : "shell.shut-mark")} ${word("recovery.is-people", { n: event.people, of: event.victims })}`,
        messages: word("recovery.is-messages", { n: event.n, of: event.of }),
        notice: event.noticed ? word(wordID("recovery.notice-", event.noticed)) : word("shell.nobody"),
      });
      line.dataset.of = event.index;
      line.classList.toggle("is-open", event.n > 0);
    },
    restored(event) {
      if (event.text["robbed.name"]) chosen.value = event.text["robbed.name"];
      said(event);
    },
  };
  lesson.on("recovery", (event) => kinds[event.kind]?.(event));

  // said shows what the last answers say.
  function said({ numbers = {}, text = {} }) {
    const mine = (name) => lesson.bet("recovery", name)?.n ?? 0;
    if (numbers["guess.opened"] !== undefined && numbers["guess.lost"] !== undefined) {
      reveal(happened("guess"), { n: mine("guess"), m: numbers["guess.opened"], of: numbers["guess.of"], lost: numbers["guess.lost"] });
    }
    const name = text["robbed.name"];
    if (!name) return;
    reveal(happened("theft"), { n: mine(`theft ${name}`), m: numbers["robbed.people"], of: numbers["robbed.of"], hers: numbers["robbed.hers"], open: numbers["robbed.open"] });
    for (const e of root.querySelectorAll("[data-which]")) e.hidden = e.dataset.which !== wordID("", name);
  }

  questions(lesson, "recovery", root, about, { theft: chosen }, said);
  clear();
}
