// Elements are made here: text is only ever set as text, so that no script of a page can run.

/** Return an element. `of`: properties, and `class`, `on…` listeners, attributes with a dash or aria. */
export function element(name, of = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(of)) {
    if (value === undefined || value === null) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "class") made.className = value;
    else if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export const byId = (id) => document.getElementById(id);

/** Return text of a page in an element with its own text direction. */
export const pageText = (text, name = "span") => element(name, { dir: "auto", textContent: text });

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
export const share = (value, digits = 0) => `${(100 * value).toFixed(digits)} %`;

let cleared = 0;

/** Show a message for a moment; errors stay longer. */
export function say(message, isError = false) {
  const status = byId("status");
  status.textContent = message;
  status.classList.toggle("error", isError);
  clearTimeout(cleared);
  if (message) cleared = setTimeout(() => { status.textContent = ""; }, isError ? 12000 : 4000);
}
