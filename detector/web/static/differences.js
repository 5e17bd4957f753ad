// Two texts, side by side: only what differs.
import { count, element, share } from "./elements.js";

function cell(pieces, name) {
  const parts = pieces.map(([text, isSame]) => (isSame ? text : element(name, { textContent: text })));
  return element("div", { dir: "auto" }, ...parts);
}

/** Return a section that shows the answer of /ui/compare. */
export function differences(answer, oneName, otherName) {
  const rows = [];
  for (const row of answer.rows) {
    if (row.same !== undefined) rows.push(element("p", { class: "same quiet small", textContent: `${count(row.same, "line")} the same` }));
    else rows.push(element("div", { class: "pair" }, cell(row.left, "del"), cell(row.right, "ins")));
  }
  const differ = answer.rows.filter((row) => row.same === undefined).length;
  const head = element("dl", { class: "figures" }, ...[["words F1 of the two", answer.words_f1.toFixed(3)], [`words, ${oneName}`, answer.left.words.toLocaleString("en")], [`words, ${otherName}`, answer.right.words.toLocaleString("en")], ["places that differ", differ.toLocaleString("en")]]
    .map(([name, value]) => element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value }))));
  const names = element("div", { class: "pair names" }, element("h3", { textContent: oneName }), element("h3", { textContent: otherName }));
  return element("div", { class: "differences" }, head, ...(differ ? [names, ...rows] : [element("p", { textContent: `Both texts are the same (${share(1)}).` })]));
}
