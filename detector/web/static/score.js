// The Score view: the lines of a page with their decisions and reasons.
import { get, post, postBytes, save } from "./call.js";
import { cleanText, decide, kindOf, markdown, thresholdFor } from "./decide.js";
import { byId, count, element, say, share } from "./elements.js";
import { Lines } from "./lines.js";
import { showReasons } from "./reasons.js";

const GOALS = [0.001, 0.002, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2];
const state = { page: null, decisions: [], always: new Map(), tab: "why", chosen: null };
const lines = new Lines(byId("lines"), choose);

const own = () => state.always.size === 0 && byId("policy").rule.value === "page";

function policy() {
  const rule = byId("policy").rule.value;
  const threshold = rule === "threshold" ? byId("threshold").value / 1000
    : rule === "goal" ? thresholdFor(GOALS[byId("goal").value], state.page.content_kept) : null;
  byId("threshold-value").textContent = (byId("threshold").value / 1000).toFixed(3);
  byId("goal-value").textContent = share(GOALS[byId("goal").value], 2).replace(/\.?0+ %/, " %");
  byId("threshold-label").hidden = rule !== "threshold";
  byId("goal-label").hidden = rule !== "goal";
  return { threshold, always: state.always };
}

function choose(number) {
  state.chosen = number;
  if (number === null) return;
  if (state.tab !== "why") showTab("why");
  showReasons(byId("why"), state.page, number, state.decisions[number], (to) => { lines.goTo(to); byId("lines").focus(); });
}

function decideAgain() {
  state.decisions = decide(state.page, policy());
  lines.decide(state.decisions);
  showSummary();
  showText();
  if (state.chosen !== null && state.tab === "why") choose(state.chosen);
}

function showSummary() {
  const known = state.decisions.filter((one) => one !== null);
  const kept = known.filter((one) => one.kept).length;
  byId("summary").textContent = `${kept.toLocaleString("en")} of ${count(known.length, "line")} kept; content is ${share(state.page.content_share)} of the words; read as ${state.page.format === "html" ? "HTML" : "text"}.`;
}

const textNow = () => (own() ? state.page.clean_text : cleanText(state.page, state.decisions));
const markdownNow = () => (own() ? state.page.markdown : markdown(state.page, state.decisions));

function showText() {
  if (state.tab === "text") byId("text-out").textContent = textNow();
  if (state.tab === "markdown") byId("markdown-out").textContent = markdownNow();
}

function showTab(name) {
  state.tab = name;
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const isChosen = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", isChosen);
    tab.tabIndex = isChosen ? 0 : -1;
    byId(tab.getAttribute("aria-controls")).hidden = !isChosen;
  }
  byId("copy").textContent = name === "markdown" ? "Copy Markdown" : "Copy clean text";
  showText();
}

function showVerdict() {
  const verdict = state.page.verdict;
  byId("verdict").hidden = verdict === null;
  if (verdict === null) return;
  byId("verdict").firstElementChild.textContent = `Looks like: ${verdict.kind} (${share(verdict.probability)})`;
  byId("verdict").lastElementChild.replaceChildren(...verdict.signals.map((one) => element("li", { textContent: one.text })));
}

function showKinds() {
  const counts = new Map();
  for (const line of state.page.lines) if (line.score !== null) counts.set(kindOf(line), (counts.get(kindOf(line)) ?? 0) + 1);
  const chosen = (kind) => (event) => {
    if (event.target.value === "") state.always.delete(kind);
    else state.always.set(kind, event.target.value === "keep");
    decideAgain();
  };
  const order = [...counts].sort(([one, a], [two, b]) => b - a || one.localeCompare(two));
  byId("kinds").replaceChildren(...order.map(([kind, number]) => element("label", {}, `${kind} ${number.toLocaleString("en")}`,
    element("select", { onchange: chosen(kind), "aria-label": `Lines of the kind ${kind}` },
      ...[["", "by score"], ["keep", "always keep"], ["drop", "always drop"]].map(([value, textContent]) => element("option", { value, textContent }))))));
}

function show(page, name) {
  Object.assign(state, { page, chosen: null, always: new Map() });
  byId("policy").reset();
  byId("input").hidden = true;
  byId("result").hidden = false;
  byId("result-title").textContent = page.title || name || page.lines.find((line) => line.kept)?.text.slice(0, 120) || "Nothing on this page is kept";
  showVerdict();
  showKinds();
  state.decisions = decide(page, policy());
  lines.show(page, state.decisions);
  showSummary();
  byId("why").replaceChildren(element("p", { class: "quiet" }, "To see the reasons for a line, click it or press ", element("kbd", { textContent: "↓" }), "."));
  showTab(innerWidth < 960 ? "why" : state.tab);
  byId("result-title").focus();
  scrollTo(0, 0);
}

async function scored(name, calling) {
  say("scoring …");
  try {
    show(await calling(), name);
    say("");
  } catch (error) {
    say(error.message, true);
  }
}

const format = () => byId("format").value || null;
const scoreText = (page) => scored("", () => post("/ui/score", { page, format: format() }));
const scoreFile = (file) => scored(file.name, async () => postBytes(`/ui/score-file?format=${format() ?? ""}`, await file.arrayBuffer()));
const openFile = (name) => scored(name, () => post("/ui/open", { name, format: format() }));

async function copy() {
  try {
    await navigator.clipboard.writeText(state.tab === "markdown" ? markdownNow() : textNow());
    say("copied");
  } catch {
    say("the browser did not allow copying: select the text and copy it", true);
  }
}

function listFiles(names) {
  const find = byId("find").value.toLowerCase();
  const found = names.filter((name) => name.toLowerCase().includes(find)).slice(0, 500);
  byId("file-list").replaceChildren(...found.map((name) => element("li", {}, element("button", { type: "button", class: "plain", textContent: name, onclick: () => openFile(name) }))));
}

const EXAMPLE = `Old grain mill becomes a library

Old grain mill becomes a library. The town council voted on Monday to keep the mill's oak stairs and to put four thousand books where the flour sacks used to hang. Work begins in May.

The mill stood empty for thirty-one years. Two buyers wanted it for flats, one for a brewery, and all three gave up when they saw the roof.

Old grain mill becomes a library

The books come from the school, which has no more room for them, and from the estate of a retired river pilot.

Read also: Street lamps now run on sunlight

Leave a Reply

Your email address will not be published. Required fields are marked *`;

function listen() {
  const area = byId("page");
  byId("form").addEventListener("submit", (event) => { event.preventDefault(); if (area.value.trim()) scoreText(area.value); else say("there is nothing to score: paste a page, or choose a file", true); });
  byId("example").addEventListener("click", () => { area.value = EXAMPLE; scoreText(EXAMPLE); });
  byId("file").addEventListener("change", (event) => { if (event.target.files[0]) scoreFile(event.target.files[0]); event.target.value = ""; });
  for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, (event) => {
    event.preventDefault();
    area.classList.toggle("dropping", name === "dragover");
    if (name === "drop" && event.dataTransfer.files[0]) scoreFile(event.dataTransfer.files[0]);
  });
  byId("again").addEventListener("click", () => { byId("result").hidden = true; byId("input").hidden = false; area.focus(); });
  byId("policy").addEventListener("input", (event) => { if (event.target.id !== "fold" && event.target.tagName !== "SELECT") decideAgain(); });
  byId("policy").addEventListener("submit", (event) => event.preventDefault());
  byId("fold").addEventListener("change", (event) => lines.fold(event.target.checked));
  byId("copy").addEventListener("click", copy);
  byId("save").addEventListener("click", () => (state.tab === "markdown" ? save("page.md", markdownNow(), "text/markdown") : save("page.txt", textNow())));
  for (const tab of document.querySelectorAll("[role=tab]")) tab.addEventListener("click", () => showTab(tab.id.slice(4)));
  document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
    const tabs = ["why", "text", "markdown"], by = { ArrowRight: 1, ArrowLeft: 2 }[event.key];
    if (by) { showTab(tabs[(tabs.indexOf(state.tab) + by) % 3]); byId(`tab-${state.tab}`).focus(); }
  });
  document.addEventListener("keydown", (event) => {
    if (byId("result").hidden || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "f") byId("fold").click();
    else if (event.key === "c") copy();
    else if ((event.key === "ArrowDown" || event.key === "n") && event.target === byId("result-title")) { byId("lines").focus(); lines.step(1); event.preventDefault(); }
  });
}

async function begin() {
  listen();
  if (!document.body.dataset.folder) return;
  try {
    const { pages } = await get("/ui/pages");
    byId("find").addEventListener("input", () => listFiles(pages));
    listFiles(pages);
    const wanted = new URLSearchParams(location.search).get("open") ?? (pages.length === 1 ? pages[0] : null);
    if (wanted) openFile(wanted);
  } catch (error) {
    say(error.message, true);
  }
}

begin();
