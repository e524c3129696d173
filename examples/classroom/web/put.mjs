// What puts numbers, names and texts into their places. An element says with data-put="NAME" which value it takes.

const locale = () => word("lang.locale");

// shown returns a value as it is read: numbers have the separators of the page's language.
export function shown(value) {
  return typeof value === "number" ? value.toLocaleString(locale()) : value;
}

// put fills all elements below root that take one of the values.
export function put(root, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const e of root.querySelectorAll(`[data-put="${name}"]`)) e.textContent = shown(value);
  }
}

// reveal fills the element and shows it.
export function reveal(element, values = {}) {
  put(element, values);
  element.hidden = false;
}

// word returns the sentence with that id, filled with the values; the id itself, if there is none.
export function word(id, values = {}) {
  const found = document.getElementById("words").content.querySelector(`[data-word="${CSS.escape(id)}"]`);
  if (!found) return id;
  const copy = found.cloneNode(true);
  put(copy, values);
  return copy.textContent;
}

// wordID returns the id for a name of the library: its letters, with "-" between its words.
export const wordID = (prefix, name) => prefix + name.toLowerCase().replace(/[^a-z0-9]+/g, "-");

// copy returns a new copy of what a template element holds.
export function copy(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

// row adds to a table's body what a template has, filled with the values, and shows the table.
export function row(body, template, values) {
  const line = copy(template).querySelector("tr");
  put(line, values);
  body.append(line);
  body.closest("table").hidden = false;
  return line;
}

// day returns a date without its year.
export function day(at) {
  return new Date(at).toLocaleDateString(locale(), { day: "numeric", month: "short", timeZone: "UTC" });
}

// spaced puts a blank between the bytes of a text in hexadecimal.
export const spaced = (hex) => hex.replace(/../g, "$& ").trim();

// slowly calls step(from, to) until all of the total are done, over four seconds; at once where the reader wants no motion.
export function slowly(total, step) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const whole = still ? 0 : 4000;
  return new Promise((done) => {
    const begin = performance.now();
    let from = 0;
    const frame = (now) => {
      const share = whole === 0 ? 1 : Math.min(1, Math.max(0, now - begin) / whole);
      const to = Math.floor(share * total);
      step(from, to);
      from = to;
      if (to < total) requestAnimationFrame(frame);
      else done();
    };
    requestAnimationFrame(frame);
  });
}
