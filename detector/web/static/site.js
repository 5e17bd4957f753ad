// The Site view: a profile learned from pages, and a new page scored with and without it.
import { get, post } from "./call.js";
import { differences } from "./differences.js";
import { byId, element, pageText, say } from "./elements.js";

const state = { profile: null };

function place(position) {
  return position < 0.25 ? "top" : position > 0.75 ? "bottom" : "middle";
}

function show(profile) {
  state.profile = profile;
  const lines = profile.lines.filter((line) => line.pages > 1);
  const rows = [["pages", profile.pages], ["lines that recur", lines.length], ["templates", profile.templates.length], ["enough pages", profile.is_sure ? "yes" : "no"]];
  byId("figures").replaceChildren(...rows.map(([name, value]) => element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value.toLocaleString("en") }))));
  byId("recurring").replaceChildren(...lines.map((line) => element("tr", {}, element("td", { class: "words" }, pageText(line.text)), element("td", { class: "number", textContent: `${line.pages} of ${profile.pages}` }), element("td", { textContent: place(line.position) }))));
  byId("profile").hidden = false;
  byId("result").replaceChildren();
}

async function learned(calling) {
  say("learning …");
  try {
    show(await calling());
    say("");
  } catch (error) {
    say(error.message, true);
  }
}

async function fromFiles(files) {
  const pages = await Promise.all([...files].map(async (file) => ({ page: await file.text(), id: file.name })));
  return post("/v1/profile", { pages });
}

function download() {
  const bytes = Uint8Array.from(atob(state.profile.profile), (letter) => letter.charCodeAt(0));
  const link = element("a", { href: URL.createObjectURL(new Blob([bytes])), download: `${state.profile.name}.profile` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function bothWays(event) {
  event.preventDefault();
  const name = byId("name")?.value;
  if (!name && !byId("page").value.trim()) return say("there is no page to score: paste one", true);
  try {
    const page = name ? { name } : { page: byId("page").value };
    const answer = await post("/ui/compare", { ...page, one: {}, other: { profile: state.profile.profile } });
    byId("result").replaceChildren(differences(answer, "without", "with the profile"));
  } catch (error) {
    say(error.message, true);
  }
}

async function begin() {
  byId("form").addEventListener("submit", (event) => { event.preventDefault(); learned(() => post("/ui/site/learn", { begins: byId("begins").value })); });
  byId("files").addEventListener("change", (event) => { if (event.target.files.length) learned(() => fromFiles(event.target.files)); });
  byId("download").addEventListener("click", download);
  byId("new-form").addEventListener("submit", bothWays);
  if (!document.body.dataset.folder) return;
  byId("name").addEventListener("change", (event) => { byId("page").hidden = event.target.value !== ""; });
  try {
    const { pages } = await get("/ui/pages");
    byId("name").append(...pages.map((name) => element("option", { value: name, textContent: name })));
  } catch (error) {
    say(error.message, true);
  }
}

begin();
