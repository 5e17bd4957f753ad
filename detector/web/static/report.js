// The Corpus report view: what a run lost and why, near-duplicates side by side, rules.
import { get, post } from "./call.js";
import { byId, count, element, pageText, say, share } from "./elements.js";

const state = { run: null, report: null, rule: null };

function size(bytes) {
  let [value, unit] = [bytes, "B"];
  for (const next of ["KB", "MB", "GB", "TB"]) if (value >= 1000) [value, unit] = [value / 1000, next];
  return `${unit === "B" ? value : value.toFixed(1)} ${unit}`;
}

function bar(value, most) {
  const made = element("span", { class: "bar", "aria-hidden": "true" });
  made.style.width = `${(100 * value) / Math.max(most, 1e-9)}%`;
  return made;
}

const number = (text) => element("td", { class: "number", textContent: text });
const lineCell = (text) => element("td", { class: "words" }, pageText(text));

function bars(id, rows) {
  const most = Math.max(...rows.map(([, value]) => value), 0);
  byId(id).replaceChildren(...rows.flatMap(([name, value, said]) => [element("span", { textContent: name }), element("span", { class: "calm" }, bar(value, most)), element("span", { class: "quiet", textContent: said })]));
}

function ruleButtons(text, isKept) {
  const button = (rule, textContent) => element("button", { type: "button", class: "plain", textContent, onclick: () => ask(rule, text) });
  const wanted = isKept === undefined ? [["protect", "protect"]] : isKept ? [["template", "is template"]] : [["protect", "protect"]];
  return element("td", {}, ...wanted.map(([rule, said]) => button(rule, said)));
}

function showTables(report) {
  byId("sites").replaceChildren(...report.by_site.slice(0, 100).map((row) => element("tr", {},
    element("td", {}, pageText(row.name)), number(row.documents.toLocaleString("en")), number(row.kept.toLocaleString("en")), number(share(row.lost, 1)),
    element("td", { class: "room" }, bar(row.lost, 1)))));
  const near = [...report.near_the_threshold.dropped.map((row) => [row, false]), ...report.near_the_threshold.kept.map((row) => [row, true])];
  byId("near").replaceChildren(...near.map(([row, isKept]) => element("tr", {}, lineCell(row.text), element("td", {}, pageText(row.site)), number(row.score.toFixed(3)), element("td", { textContent: isKept ? "kept" : "dropped" }), ruleButtons(row.text, isKept))));
  byId("most").replaceChildren(...report.most_dropped_lines.map((row) => element("tr", {}, lineCell(row.text), element("td", {}, pageText(row.site)), number(row.count.toLocaleString("en")), ruleButtons(row.text))));
}

function showGroups(report) {
  byId("groups-lead").textContent = report.groups.length ? "One document of each group stays. Compare it with those that are left out." : "There are none.";
  byId("groups").replaceChildren(...report.groups.map((group) => element("li", {}, element("details", {},
    element("summary", {}, `${count(group.size, "document")}: `, pageText(group.kept), " stays"),
    element("ul", {}, ...group.gone.map((one) => element("li", {}, element("button", { type: "button", class: "plain", onclick: () => showPair(group.kept, one.id) }, pageText(one.id)), ` ${share(one.similarity, 1)} alike`)))))));
}

function showRules(rules) {
  const rows = [...rules.protect.map((text) => ["never dropped", text]), ...rules.template.map((text) => ["always dropped", text])];
  byId("rules-lead").textContent = rows.length ? "They apply to the next run: detector clean INPUT --rules rules.toml --output NEW" : "There are none yet.";
  byId("rules").replaceChildren(...rows.map(([what, text]) => element("li", {}, `${what}: `, element("code", { dir: "auto", textContent: text }))));
}

function show(report) {
  state.report = report;
  const total = report.total;
  byId("summary").textContent = `${total.kept.toLocaleString("en")} of ${count(total.documents, "document")} stay, with ${share(total.bytes_kept / Math.max(total.bytes, 1), 1)} of the text.`;
  byId("figures").replaceChildren(...[["documents", total.documents], ["kept", total.kept], ["empty", total.empty], ["near-duplicates", total.duplicates], ["sites", report.sites], ["text", size(total.bytes)], ["text kept", size(total.bytes_kept)]]
    .map(([name, value]) => element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value.toLocaleString("en") }))));
  showTables(report);
  const sorted = (table) => Object.entries(table).sort(([, one], [, two]) => two - one);
  bars("reasons", sorted(report.bytes_dropped_by_reason).map(([name, bytes]) => [name, bytes, size(bytes)]));
  bars("kinds", sorted(report.documents_by_verdict).map(([name, documents]) => [name, documents, documents.toLocaleString("en")]));
  showGroups(report);
  showRules(report.rules);
  byId("report").hidden = false;
}

async function ask(rule, line) {
  state.rule = { run: state.run, rule, line };
  byId("ask-title").textContent = rule === "protect" ? "Never drop this line?" : "Always drop lines that contain this?";
  byId("ask-line").textContent = line;
  byId("ask-effect").textContent = "Checking what would change …";
  byId("ask-examples").replaceChildren();
  byId("ask-yes").disabled = true;
  byId("ask").showModal();
  try {
    const found = await post("/ui/report/effect", state.rule);
    const where = found.all ? "in this run" : `in the first ${count(found.looked_at, "document")}`;
    byId("ask-effect").textContent = `${count(found.lines, "line")} of ${count(found.documents, "document")} would be ${rule === "protect" ? "kept" : "dropped"} ${where}.`;
    byId("ask-examples").replaceChildren(...found.examples.slice(0, 6).map((one) => element("li", {}, pageText(one.document), ": ", pageText(one.text.slice(0, 200)))));
    byId("ask-yes").disabled = false;
    byId("ask-yes").focus();
  } catch (error) {
    byId("ask-effect").textContent = error.message;
  }
}

async function write() {
  try {
    showRules(await post("/ui/report/rule", state.rule));
    byId("ask").close();
    say("written to rules.toml");
  } catch (error) {
    byId("ask-effect").textContent = error.message;
  }
}

async function showPair(one, other) {
  try {
    const found = await post("/ui/report/pair", { run: state.run, one, other });
    byId("pair-title").textContent = `${one} and ${other}`;
    byId("left").replaceChildren(...found.left.map(([text, isSame]) => (isSame ? text : element("del", { textContent: text }))));
    byId("right").replaceChildren(...found.right.map(([text, isSame]) => (isSame ? text : element("ins", { textContent: text }))));
    byId("pair").showModal();
  } catch (error) {
    say(error.message, true);
  }
}

async function open(run) {
  state.run = run;
  try {
    show(await get(`/ui/report?run=${encodeURIComponent(run)}`));
  } catch (error) {
    say(error.message, true);
  }
}

async function begin() {
  byId("ask-yes").addEventListener("click", write);
  byId("ask-no").addEventListener("click", () => byId("ask").close());
  byId("pair-close").addEventListener("click", () => byId("pair").close());
  byId("run").addEventListener("change", (event) => open(event.target.value));
  try {
    const { runs } = await get("/ui/report/runs");
    byId("run").replaceChildren(...runs.map((name) => element("option", { value: name, textContent: name })));
    byId("run-label").hidden = runs.length < 2;
    if (runs.length) open(runs[0]);
    else byId("summary").textContent = "There is no finished run in this folder: make one with detector clean INPUT --output FOLDER, and open FOLDER.";
  } catch (error) {
    say(error.message, true);
  }
}

begin();
