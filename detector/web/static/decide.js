// What is kept, and its text: the page's own decisions, or others made from its scores.

/** Return a line's kind, or its label if it has no kind. */
export const kindOf = (line) => line.kind ?? line.label;

/** Return the number of the line that this one is a copy of, or null. */
export const copyOf = (line) => line.copy_of ?? null;

/** Return the lowest threshold that loses at most this share of the content. */
export function thresholdFor(lose, contentKept) {
  const reached = contentKept.findIndex((kept) => kept >= 1 - lose - 1e-9);
  return (reached < 0 ? contentKept.length - 1 : reached) / (contentKept.length - 1);
}

/**
 * Return, for each line, {kept, cuts}, or null for a blank one.
 * policy: {threshold: number, or null for the page's own; always: Map of kind to kept (true or false)}
 */
export function decide(page, policy) {
  const found = page.lines.map((line) => {
    if (line.score === null) return null;
    const ruled = policy.always.get(kindOf(line));
    if (policy.threshold === null && (ruled === undefined || (ruled && line.kept))) return { kept: line.kept, cuts: line.cuts };
    const kept = ruled ?? line.score <= policy.threshold;
    return { kept, cuts: [], again: true };
  });
  dropCopies(page.lines, found);
  for (const [number, cuts] of Object.entries(page.cuts_if_kept)) {
    const one = found[number];
    if (!one?.kept || one.cuts.length) continue;
    found[copyOf(page.lines[number])].kept = true;
    one.cuts = cuts;
  }
  return found;
}

// Kinds of copies that are dropped whatever their score; as in Settings.
const DROPPED = new Set(["headline", "running-head", "block"]);

/** Drop copies in decisions that were made again. If a copy would be kept, its original is kept instead. */
function dropCopies(lines, found) {
  lines.forEach((line, number) => {
    const one = found[number];
    if (!one?.again || !DROPPED.has(line.copy_kind)) return;
    if (one.kept && line.copy_kind !== "running-head") found[line.copy_of].kept = true;
    one.kept = false;
  });
}

/** Return a line's text in pieces: [text, is cut]. Cuts count code points. */
export function pieces(text, cuts) {
  if (!cuts.length) return [[text, false]];
  const points = [...text], found = [];
  let at = 0;
  for (const [start, end] of cuts) {
    if (start > at) found.push([points.slice(at, start).join(""), false]);
    found.push([points.slice(start, end).join(""), true]);
    at = end;
  }
  if (at < points.length) found.push([points.slice(at).join(""), false]);
  return found;
}

const left = (line, decision) => pieces(line.text, decision.cuts).filter(([, isCut]) => !isCut).map(([text]) => text).join("");

/** Return the clean text. Runs of blank lines on both sides of dropped lines are merged into the longest one. */
export function cleanText(page, decisions) {
  const out = [];
  let blanks = [], longest = [], end = "";
  page.lines.forEach((line, number) => {
    const one = decisions[number];
    if (one === null) blanks.push(line.text + line.end);
    else if (one.kept) {
      if (blanks.length > longest.length) longest = blanks;
      if (out.length) out.push(end, ...longest);
      out.push(left(line, one));
      [blanks, longest, end] = [[], [], line.end];
    } else {
      if (blanks.length > longest.length) longest = blanks;
      blanks = [];
    }
  });
  return out.join("");
}

const TIGHT = new Set(["li", "tr", "pre"]);

function block(line, text) {
  if (/^h[1-6]$/.test(line.element ?? "")) return `${"#".repeat(Number(line.element[1]))} ${text}`;
  if (line.element === "li") return `- ${text}`;
  if (line.element === "tr") return `| ${text.split("\t").map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return line.element === "blockquote" ? `> ${text}` : text;
}

/** Return the kept lines as Markdown; for a text page, the clean text. */
export function markdown(page, decisions) {
  if (page.format !== "html") return cleanText(page, decisions);
  const out = [];
  let before = null;
  page.lines.forEach((line, number) => {
    if (!decisions[number]?.kept) return;
    const text = left(line, decisions[number]), kind = line.element;
    if (before === "pre" && kind !== "pre") out.push("```");
    if (out.length && !(kind === before && TIGHT.has(kind))) out.push("");
    if (kind === "pre" && before !== "pre") out.push("```");
    out.push(kind === "pre" ? text : block(line, text));
    if (kind === "tr" && before !== "tr") out.push(`|${" --- |".repeat(text.split("\t").length)}`);
    before = kind;
  });
  if (before === "pre") out.push("```");
  return out.join("\n");
}
