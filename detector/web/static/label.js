// The Label view: one question at a time, one key per answer. Every answer is saved at once.
import { get, post } from "./call.js";
import { byId, count, element, pageText, say } from "./elements.js";

const state = { queue: [], answers: [], given: [], asked: new Set(), held: 0, busy: false };
const key = (question) => `${question.site}\n${question.text}`;

async function more() {
  const found = await get("/ui/label/questions");
  state.answers = found.answers;
  state.held = found.held;
  state.queue = found.questions.filter((question) => !state.asked.has(key(question)));
  byId("pages").textContent = found.counts.pages.toLocaleString("en");
  byId("recurring").textContent = found.counts.recurring.toLocaleString("en");
  byId("answers").replaceChildren(...found.answers.map((one) => element("button", { type: "button", onclick: () => answer(one.label) },
    element("kbd", { textContent: one.key }), one.label === "unknown" ? "skip" : one.label)));
}

function show() {
  byId("held").textContent = state.held.toLocaleString("en");
  byId("undo").disabled = state.given.length === 0;
  const question = state.queue[0];
  for (const id of ["asked", "answers", "context"]) byId(id).hidden = !question;
  byId("before").replaceChildren();
  byId("after").replaceChildren();
  if (!question) {
    byId("place").textContent = "You have answered all useful questions.";
    return;
  }
  byId("place").textContent = `on ${count(question.pages, "page")} of ${question.site} · first on ${question.page}, line ${question.line} · score ${question.score.toFixed(3)}${question.kind ? ` · looks like ${question.kind}` : ""}`;
  byId("before").replaceChildren(...question.before.map((text) => element("p", { class: "around" }, pageText(text))));
  byId("asked").textContent = question.text;
  byId("after").replaceChildren(...question.after.map((text) => element("p", { class: "around" }, pageText(text))));
  byId("context").href = `/?open=${encodeURIComponent(question.page)}`;
}

async function next() {
  if (!state.queue.length) await more();
  show();
}

async function once(work) {
  if (state.busy) return;
  state.busy = true;
  try {
    await work();
  } catch (error) {
    say(error.message, true);
  } finally {
    state.busy = false;
  }
}

const answer = (label) => once(async () => {
  const question = state.queue[0];
  if (!question) return;
  const given = { text: question.text, label, site: question.site };
  if (byId("here").checked) Object.assign(given, { page: question.page, line: question.line });
  state.held = (await post("/ui/label/answer", given)).held;
  state.given.push([given, question]);
  state.asked.add(key(question));
  state.queue.shift();
  byId("here").checked = false;
  await next();
  say(`${label === "unknown" ? "skipped" : label}: ${question.text.slice(0, 60)}`);
});

const undo = () => once(async () => {
  const last = state.given.pop();
  if (!last) return;
  state.held = (await post("/ui/label/undo", last[0])).held;
  state.asked.delete(key(last[1]));
  state.queue.unshift(last[1]);
  show();
  say("undone");
});

const VERDICTS = {
  better: "Better than before.", worse: "Worse than before: keep the old model.",
  "too few to tell": "Too few labels to tell: answer a few more.", "nothing known": "No labels yet, so the model cannot be tested.",
};

function showOutcome(result) {
  byId("outcome").hidden = false;
  const change = result.change;
  byId("verdict-text").textContent = VERDICTS[change.verdict];
  byId("loss-before").textContent = change.loss_before.toFixed(3);
  byId("loss-after").textContent = change.loss_after.toFixed(3);
  byId("interval").textContent = change.pages > 1
    ? `${count(change.lines, "line")} on ${count(change.pages, "page")}, each held out (by ${result.by}); the loss fell by ${change.low.toFixed(3)} to ${change.high.toFixed(3)} (90 % interval)`
    : count(change.lines, "line");
}

async function follow() {
  for (;;) {
    const now = await get("/ui/label/train");
    byId("training").hidden = now.state !== "running";
    byId("train").disabled = now.state === "running";
    byId("step").textContent = `${now.name} …`;
    byId("bar").max = now.steps;
    byId("bar").value = now.step;
    if (now.state === "failed") say(now.said, true);
    if (now.state === "done") showOutcome(now.result);
    if (now.state !== "running") return;
    await new Promise((go) => setTimeout(go, 400));
  }
}

async function train() {
  try {
    byId("outcome").hidden = true;
    byId("saved").hidden = true;
    await post("/ui/label/train", {});
    await follow();
  } catch (error) {
    say(error.message, true);
  }
}

async function save(event) {
  event.preventDefault();
  try {
    const { saved } = await post("/ui/label/save", { name: byId("name").value });
    byId("saved").hidden = false;
    byId("saved").replaceChildren("Saved. To use it: ", element("code", { textContent: `detector serve ${document.body.dataset.folder} --model ${document.body.dataset.folder}/${saved}` }));
  } catch (error) {
    say(error.message, true);
  }
}

byId("undo").addEventListener("click", undo);
byId("train").addEventListener("click", train);
byId("save").addEventListener("submit", save);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.type === "text") return;
  const chosen = state.answers.find((one) => one.key === event.key);
  const onButton = event.target.closest("button, a, summary, input");
  if (chosen) answer(chosen.label);
  else if (event.key === "Enter" && !onButton && state.queue[0]?.kind) answer(state.queue[0].kind);
  else if (event.key === "u") undo();
  else if (event.key === "x") byId("here").click();
  else if (event.key === "?") document.querySelector(".keys").toggleAttribute("open");
  else return;
  event.preventDefault();
});
once(async () => { await next(); byId("asked").focus(); }).then(follow).catch((error) => say(error.message, true));
