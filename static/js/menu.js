// Completion at the cursor of a text area: a trigger character, an address that answers
// {"items": [{"label", "sub", "text", "insert", …}]} to ?q=, and what to do with the choice.

import { getJson } from "dangban/http";
import { isComposing } from "dangban/keys";
import { t } from "dangban/words";

const WAIT = 80;
let serial = 0;

export class Completion {
  constructor(area, { trigger, src, enabled = () => true, choose }) {
    Object.assign(this, { area, trigger, src, enabled, choose });
    this.items = [];
    this.current = 0;
    this.list = document.createElement("div");
    this.list.className = "menu complete";
    this.list.id = `complete-${(serial += 1)}`;
    this.list.popover = "manual";
    this.list.setAttribute("role", "listbox");
    this.list.addEventListener("pointerdown", (event) => this.point(event));
    area.after(this.list);
    area.addEventListener("input", () => this.look());
    area.addEventListener("keydown", (event) => this.key(event), { capture: true });
    area.addEventListener("blur", () => this.close());
  }

  get open() {
    return this.list.matches(":popover-open");
  }

  // The word from the trigger to the cursor. A slash inside an address or a date is no trigger.
  typed() {
    const before = this.area.value.slice(0, this.area.selectionStart);
    const start = before.lastIndexOf(this.trigger);
    if (start < 0 || !this.enabled()) return null;
    if (start > 0 && /[\w/:.%#@]/.test(before[start - 1])) return null;
    const word = before.slice(start + 1);
    return /\s/.test(word) || word.length > 24 ? null : { start, word };
  }

  look() {
    const typed = this.typed();
    clearTimeout(this.timer);
    if (!typed) return this.close();
    // An input method parts the syllables it composes with apostrophes: h'y is asked for as hy.
    this.timer = setTimeout(() => this.ask(typed.word.replaceAll("'", "")), WAIT);
  }

  async ask(word) {
    this.asking?.abort();
    this.asking = new AbortController();
    const url = new URL(this.src, location.href);
    url.searchParams.set("q", word);
    try {
      const { items } = await getJson(url, { signal: this.asking.signal });
      if (this.typed()) this.show(items);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(items) {
    this.items = items;
    this.current = 0;
    this.list.replaceChildren(...(items.length ? items.map((item, index) => this.line(item, index)) : [this.nothing()]));
    if (!this.open) this.list.showPopover();
    const at = this.area.getBoundingClientRect();
    this.list.style.left = `${Math.max(8, Math.min(at.left, innerWidth - this.list.offsetWidth - 8))}px`;
    this.list.style.top = `${Math.max(8, at.top - this.list.offsetHeight - 4)}px`;
    this.mark();
  }

  line(item, index) {
    const line = document.createElement("div");
    line.className = "menu__item";
    line.setAttribute("role", "option");
    line.id = `${this.list.id}-${index}`;
    line.dataset.index = index;
    const main = document.createElement("span");
    main.className = "complete__main";
    main.append(Object.assign(document.createElement("span"), { textContent: item.label }));
    if (item.text) main.append(Object.assign(document.createElement("span"), { className: "complete__text", textContent: item.text }));
    line.append(main);
    if (item.sub) line.append(Object.assign(document.createElement("span"), { className: "menu__sub", textContent: item.sub }));
    return line;
  }

  nothing() {
    return Object.assign(document.createElement("div"), { className: "menu__title", textContent: t("Nothing found") });
  }

  mark() {
    for (const line of this.list.querySelectorAll("[role=option]")) {
      line.setAttribute("aria-selected", String(Number(line.dataset.index) === this.current));
    }
    this.list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
    if (this.items.length) this.area.setAttribute("aria-activedescendant", `${this.list.id}-${this.current}`);
  }

  key(event) {
    if (!this.open || isComposing(event)) return;
    const acts = { ArrowDown: () => this.move(1), ArrowUp: () => this.move(-1), Enter: () => this.take(), Tab: () => this.take(), Escape: () => this.close() };
    const act = acts[event.key];
    if (!act || event.shiftKey || (!this.items.length && event.key !== "Escape")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  move(by) {
    this.current = (this.current + by + this.items.length) % this.items.length;
    this.mark();
  }

  point(event) {
    event.preventDefault();
    const line = event.target.closest("[data-index]");
    if (!line) return;
    this.current = Number(line.dataset.index);
    this.take();
  }

  take() {
    const typed = this.typed();
    const item = this.items[this.current];
    this.close();
    if (!typed || !item) return;
    this.area.setSelectionRange(typed.start, this.area.selectionStart);
    this.choose(item);
  }

  close() {
    clearTimeout(this.timer);
    this.area.removeAttribute("aria-activedescendant");
    if (this.open) this.list.hidePopover();
  }
}

// Puts text in place of the selection so that Ctrl+Z takes it back.
export function insert(area, text) {
  area.focus();
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}
