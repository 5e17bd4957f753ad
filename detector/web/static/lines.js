// The list of lines. It is made once; a new decision updates only the lines that it changes.
import { count, element } from "./elements.js";
import { copyOf, kindOf, pieces } from "./decide.js";

const CHUNK = 100;
// Pages with at most this many lines are updated at once; on longer pages, visible lines come first.
const AT_ONCE = 2000;
const word = (one) => (one.kept ? (one.cuts.length ? "cut" : "keep") : "drop");

export class Lines {
  /** onchoose is called with the number of the chosen line, or null. */
  constructor(list, onchoose) {
    this.list = list;
    this.onchoose = onchoose;
    this.chosen = null;
    this.page = null;
    this.inSight = new Set();
    this.stale = new Set();
    this.watch = new IntersectionObserver((seen) => seen.forEach(({ target, isIntersecting }) => {
      const number = Number(target.dataset.chunk);
      if (isIntersecting) this.inSight.add(number); else this.inSight.delete(number);
      if (isIntersecting && this.stale.has(number)) this.touch(number);
    }), { rootMargin: "600px" });
    list.addEventListener("click", (event) => this.clicked(event));
    list.addEventListener("keydown", (event) => this.pressed(event));
  }

  show(page, decisions) {
    Object.assign(this, { page, chosen: null });
    this.stale.clear();
    this.list.classList.remove("folded");
    const all = document.createDocumentFragment();
    this.rows = page.lines.map((line) => this.row(line));
    this.watch.disconnect();
    this.inSight.clear();
    this.shown = new Array(this.rows.length);
    for (let at = 0; at < this.rows.length; at += CHUNK) {
      const chunk = element("div", { class: "chunk", role: "presentation" }, ...this.rows.slice(at, at + CHUNK));
      chunk.dataset.chunk = at / CHUNK;
      if (this.rows.length > AT_ONCE) this.watch.observe(chunk);
      all.append(chunk);
    }
    this.list.replaceChildren(all);
    this.list.removeAttribute("aria-activedescendant");
    this.decide(decisions);
  }

  row(line) {
    if (line.score === null) return element("div", { class: "line blank", role: "presentation" });
    const row = element("div", { id: `L${line.number}`, role: "option", "aria-selected": "false" });
    row.dataset.number = line.number;
    row.style.setProperty("--s", line.score);
    const label = element("span", { class: "label", textContent: kindOf(line) });
    if (copyOf(line) !== null) {
      const jump = element("span", { class: "jump", title: `Go to line ${copyOf(line)}`, textContent: `= ${copyOf(line)}` });
      label.replaceChildren("copy ", jump);
    }
    row.append(
      element("span", { class: "n", textContent: line.number }), element("span", { class: "mark" }),
      element("span", { class: "score", textContent: line.score.toFixed(3) }), label,
      element("span", { class: "text", dir: "auto" }),
    );
    return row;
  }

  /** Show other decisions. Only lines that change are updated, those out of sight when the browser is idle. */
  decide(decisions) {
    this.decisions = decisions;
    for (let chunk = 0; chunk * CHUNK < this.rows.length; chunk += 1) {
      if (this.rows.length <= AT_ONCE || this.inSight.has(chunk)) this.touch(chunk);
      else this.stale.add(chunk);
    }
    if (this.stale.size && !this.idle) this.idle = requestIdleCallback((left) => this.touchRest(left));
    if (this.list.classList.contains("folded")) this.fold(true);
  }

  touchRest(left) {
    this.idle = null;
    for (const chunk of this.stale) {
      this.touch(chunk);
      if (left.timeRemaining() < 5) break;
    }
    if (this.stale.size) this.idle = requestIdleCallback((more) => this.touchRest(more));
  }

  touch(chunk) {
    this.stale.delete(chunk);
    const last = Math.min((chunk + 1) * CHUNK, this.rows.length);
    for (let number = chunk * CHUNK; number < last; number += 1) {
      const one = this.decisions[number], old = this.shown[number];
      if (one === null || (old && old.kept === one.kept && String(old.cuts) === String(one.cuts))) continue;
      this.shown[number] = one;
      this.touchRow(this.rows[number], this.page.lines[number], one);
    }
  }

  touchRow(row, line, one) {
    for (const [name, has] of [["line", true], ["keep", one.kept], ["drop", !one.kept], ["repeat", copyOf(line) !== null]]) row.classList.toggle(name, has);
    row.children[1].textContent = word(one);
    const parts = pieces(line.text, one.kept ? one.cuts : []);
    row.lastChild.replaceChildren(...parts.map(([text, isCut]) => (isCut ? element("del", { textContent: text }) : text)));
  }

  /** Replace each run of dropped lines by a row with their number. */
  fold(isFolded) {
    this.list.querySelectorAll(".fold").forEach((row) => row.remove());
    this.list.querySelectorAll(".shown, .in-run").forEach((row) => row.classList.remove("shown", "in-run"));
    this.list.classList.toggle("folded", isFolded);
    if (!isFolded) return;
    for (let at = 0; at < this.rows.length; ) {
      let end = at, dropped = 0, last = at;
      while (end < this.rows.length && !this.decisions[end]?.kept) {
        if (this.decisions[end]) [dropped, last] = [dropped + 1, end];
        end += 1;
      }
      if (dropped) this.foldRun(at, last, dropped);
      at = Math.max(end, at + 1);
    }
  }

  foldRun(first, last, dropped) {
    const run = this.rows.slice(first, last + 1);
    run.forEach((row) => row.classList.add("in-run"));
    const fold = element("div", { class: "fold", role: "option", "aria-selected": "false", id: `F${first}`, textContent: `▸ ${count(dropped, "line")} left out` });
    fold.open = () => {
      run.forEach((row) => row.classList.add("shown"));
      fold.remove();
      this.choose(this.rows.findIndex((row, number) => number >= first && this.decisions[number]));
    };
    run[0].before(fold);
  }

  clicked(event) {
    const row = event.target.closest("[role=option]");
    if (row?.open) row.open();
    else if (row && event.target.closest(".jump")) this.goTo(copyOf(this.page.lines[row.dataset.number]));
    else if (row && String(getSelection()) === "") this.chooseRow(row);
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, PageDown: 15, PageUp: -15, Home: -Infinity, End: Infinity };
    if (event.key in steps) this.step(steps[event.key]);
    else if (event.key === "n" || event.key === "p") this.nextDropped(event.key === "n" ? 1 : -1);
    else if (event.key === "o" && this.chosen?.dataset.number) this.goTo(copyOf(this.page.lines[this.chosen.dataset.number]));
    else if ((event.key === "Enter" || event.key === " ") && this.chosen?.open) this.chosen.open();
    else return;
    event.preventDefault();
  }

  isHidden(row) {
    if (row.getAttribute("role") !== "option") return true;
    return this.list.classList.contains("folded") && row.classList.contains("in-run") && !row.classList.contains("shown");
  }

  /** Return the next row that can be chosen, or null. by: 1 or -1. */
  beside(row, by) {
    const side = by > 0 ? "nextElementSibling" : "previousElementSibling";
    const inner = by > 0 ? "firstElementChild" : "lastElementChild";
    do row = row[side] ?? row.parentElement[side]?.[inner] ?? null; while (row && this.isHidden(row));
    return row;
  }

  step(by) {
    let row = Number.isFinite(by) ? this.chosen : null;
    if (!row) {
      const fromTop = by === -Infinity || (Number.isFinite(by) && by > 0);
      row = fromTop ? this.list.firstElementChild?.firstElementChild : this.list.lastElementChild?.lastElementChild;
      if (row && this.isHidden(row)) row = this.beside(row, fromTop ? 1 : -1);
    } else {
      for (let left = Math.abs(by); left > 0; left -= 1) row = this.beside(row, Math.sign(by)) ?? row;
    }
    if (row) this.chooseRow(row);
  }

  nextDropped(by) {
    let number = this.chosen?.dataset.number === undefined ? (by > 0 ? -1 : this.rows.length) : Number(this.chosen.dataset.number);
    do number += by; while (number >= 0 && number < this.rows.length && (this.decisions[number] === null || this.decisions[number].kept));
    if (this.rows[number]) this.goTo(number);
  }

  /** Go to a line by its number, even if it is folded. */
  goTo(number) {
    if (number === null || number === undefined) return;
    const row = this.rows[number];
    if (row.classList.contains("in-run") && !row.classList.contains("shown")) {
      let fold = row;
      while (fold && !fold.open) fold = fold.previousElementSibling ?? fold.parentElement.previousElementSibling?.lastElementChild;
      fold?.open();
    }
    this.choose(number);
  }

  choose(number) {
    if (number >= 0) this.chooseRow(this.rows[number]);
  }

  chooseRow(row) {
    this.chosen?.setAttribute("aria-selected", "false");
    this.chosen = row;
    row.setAttribute("aria-selected", "true");
    this.list.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
    this.onchoose(row.open ? null : Number(row.dataset.number));
  }
}
