// The Compare view.
import { get, post } from "./call.js";
import { differences } from "./differences.js";
import { byId, element, say } from "./elements.js";

const DEFAULTS = { threshold: ["0.5", ""], goal: ["1", "% of the content"] };
const part = (side, name) => document.querySelector(`#${side} .${name}`);

function showFields(side, isNew) {
  const rule = part(side, "rule").value;
  part(side, "amount").hidden = !(rule in DEFAULTS);
  for (const name of ["other-text", "file-box"]) part(side, name).hidden = rule !== "text";
  part(side, "profile-box").hidden = rule === "text";
  part(side, "model-box").hidden = rule === "text" || part(side, "model").options.length < 2;
  if (isNew && rule in DEFAULTS) [part(side, "value").value, part(side, "unit").textContent] = DEFAULTS[rule];
}

function amount(side) {
  const value = Number(part(side, "value").value.replace(",", "."));
  if (!Number.isFinite(value)) throw new Error("enter a number, such as 0.5");
  return value;
}

// The profile's bytes in base64.
async function profile(side) {
  const file = part(side, "profile").files[0];
  if (!file) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

async function way(side) {
  const rule = part(side, "rule").value;
  if (rule === "text") return { text: part(side, "other-text").value };
  const settings = rule === "threshold" ? { threshold: amount(side) } : rule === "goal" ? { lose_at_most: amount(side) / 100 } : {};
  return { settings, model: part(side, "model").value || null, profile: await profile(side) };
}

function nameOf(side) {
  const rule = part(side, "rule");
  if (rule.value === "text") return part(side, "file").files[0]?.name ?? rule.selectedOptions[0].textContent;
  const added = [part(side, "model").value, part(side, "profile").files[0]?.name].filter(Boolean);
  const value = rule.value in DEFAULTS ? ` ${part(side, "value").value} ${part(side, "unit").textContent}` : "";
  return `${rule.selectedOptions[0].textContent}${value}`.trim() + added.map((name) => `, ${name}`).join("");
}

async function compare(event) {
  event.preventDefault();
  const name = byId("name")?.value;
  if (!name && !byId("page").value.trim()) return say("there is no page to compare: paste one", true);
  try {
    const answer = await post("/ui/compare", { ...(name ? { name } : { page: byId("page").value }), one: await way("one"), other: await way("other") });
    byId("result").replaceChildren(differences(answer, nameOf("one"), nameOf("other")));
  } catch (error) {
    say(error.message, true);
  }
}

async function begin() {
  for (const side of ["one", "other"]) {
    part(side, "rule").addEventListener("change", () => showFields(side, true));
    part(side, "file").addEventListener("change", async (event) => {
      if (event.target.files[0]) part(side, "other-text").value = await event.target.files[0].text();
    });
    showFields(side, true);
  }
  byId("form").addEventListener("submit", compare);
  if (!document.body.dataset.folder) return;
  byId("name").addEventListener("change", (event) => { byId("page-box").hidden = event.target.value !== ""; });
  try {
    const { pages, models } = await get("/ui/pages");
    byId("name").append(...pages.map((name) => element("option", { value: name, textContent: name })));
    for (const side of ["one", "other"]) {
      part(side, "model").append(...models.map((name) => element("option", { value: name, textContent: name })));
      showFields(side, false);
    }
  } catch (error) {
    say(error.message, true);
  }
}

begin();
