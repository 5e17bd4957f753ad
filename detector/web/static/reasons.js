// The side panel: why a line has its score, and what decided about it.
import { element, pageText } from "./elements.js";
import { copyOf, kindOf } from "./decide.js";

const MOST = 3; // log-odds that fill half of a bar

function push(contribution) {
  const bar = element("i", { class: contribution > 0 ? "up" : "down" });
  bar.style.width = `${Math.min(50, (50 * Math.abs(contribution)) / MOST)}%`;
  return element("span", { class: "push", "aria-hidden": "true" }, bar);
}

function evidence(reason) {
  const by = `${reason.contribution > 0 ? "+" : "−"}${Math.abs(reason.contribution).toFixed(2)}`;
  return element("li", {}, element("span", { textContent: reason.text }), push(reason.contribution), element("span", { class: "by", textContent: by }));
}

function fact(name, value) {
  return [element("dt", { textContent: name }), element("dd", {}, value)];
}

/** Return a line's kind, or its likeliest kinds if they have probabilities. */
function kindsOf(line) {
  const likely = Object.entries(line.kinds ?? {}).filter(([, probability]) => probability >= 0.05).sort(([, one], [, two]) => two - one).slice(0, 3);
  return likely.length ? likely.map(([kind, probability]) => `${kind} ${probability.toFixed(2)}`).join(", ") : kindOf(line);
}

function decided(line, decision) {
  if (!decision.kept) return "dropped";
  return decision.cuts.length ? "kept, without what is struck through" : "kept";
}

/** Show the reasons for a line. onjump is called with the number of the line to go to. */
export function showReasons(panel, page, number, decision, onjump) {
  const line = page.lines[number];
  const copies = page.lines.filter((other) => copyOf(other) === number && other.number !== number).map((other) => other.number);
  const jump = (to) => element("button", { type: "button", class: "plain", textContent: `line ${to}`, onclick: () => onjump(to) });
  const facts = element("dl", { class: "facts" });
  facts.append(...fact("Score", `${line.score.toFixed(3)}, the probability that it is not main content`));
  facts.append(...fact("Kind", kindsOf(line)));
  facts.append(...fact("Decision", decided(line, decision)));
  if (copyOf(line) !== null) facts.append(...fact("Copy of", jump(copyOf(line))));
  if (copies.length) facts.append(...fact("Copies", element("span", {}, ...copies.slice(0, 12).flatMap((to, at) => (at ? [", ", jump(to)] : [jump(to)])))));
  const rows = line.reasons.map((reason) => (reason.contribution === null ? element("li", { class: "policy-reason quiet", textContent: reason.text }) : evidence(reason)));
  panel.replaceChildren(
    element("h2", { class: "hidden", textContent: `Line ${number}` }),
    element("p", { class: "why-text" }, pageText(line.text)), facts,
    element("ul", { class: "reasons", "aria-label": "Reasons, in log-odds of boilerplate" }, ...rows),
  );
}
