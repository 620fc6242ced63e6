// The list of conversations: drawn by the server, fetched again when something about it is new,
// without losing place, focus, or the line that is open.

import { attach } from "dangban/attach";
import { tickAll } from "dangban/clock";
import { drawnBy } from "dangban/fragment";
import { recall } from "dangban/store";
import { t } from "dangban/words";

const lists = new WeakMap();

attach("[data-conversations]", (element) => {
  const list = new List(element);
  lists.set(element, list);
  list.mark();
  const mark = () => list.mark();
  for (const name of ["htmx:pushedIntoHistory", "htmx:afterSettle"]) document.addEventListener(name, mark);
  addEventListener("popstate", mark);
  return () => {
    for (const name of ["htmx:pushedIntoHistory", "htmx:afterSettle"]) document.removeEventListener(name, mark);
    removeEventListener("popstate", mark);
  };
});

drawnBy("[data-conversations]", (element) => lists.get(element).fetch());

class List {
  constructor(element) {
    this.element = element;
  }

  async fetch() {
    const headers = { "HX-Request": "true", "HX-Target": "list", "X-Background": "1" };
    const response = await fetch(this.element.dataset.liveSrc, { headers });
    if (response.ok && !response.redirected) this.show(await response.text());
  }

  show(html) {
    if (!this.element.isConnected) return;
    const focused = this.element.contains(document.activeElement) ? document.activeElement.closest("[data-id]")?.dataset.id : null;
    const body = this.element.querySelector(".pane__body");
    const top = body?.scrollTop ?? 0;
    const made = document.createRange().createContextualFragment(html);
    const fresh = made.querySelector("[data-conversations]") ?? made;
    this.element.replaceChildren(...fresh.childNodes);
    htmx.process(this.element);
    tickAll();
    const again = this.element.querySelector(".pane__body");
    if (again) again.scrollTop = top;
    if (focused) this.element.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    this.mark();
  }

  mark() {
    const open = /\/workspace\/(\d+)\//.exec(location.pathname)?.[1];
    for (const line of this.element.querySelectorAll(".conv")) {
      if (line.dataset.id === open) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
      this.draft(line);
    }
  }

  draft(line) {
    const kept = recall(`draft:${this.element.dataset.person}:${line.dataset.thread}:reply`);
    const place = line.querySelector(".conv__text");
    if (!place || !kept?.text || line.hasAttribute("aria-current")) return;
    place.classList.add("conv__text--draft");
    place.textContent = `[${t("Draft")}] ${kept.text}`;
  }
}

// --- From line to line with the keyboard

const lines = () => [...document.querySelectorAll(".conv[data-id]")];

export function step(by) {
  const all = lines();
  const at = all.findIndex((line) => line.hasAttribute("aria-current"));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length];
  next?.click();
  next?.scrollIntoView({ block: "nearest" });
}

attach("[data-step]", (button) => button.addEventListener("click", () => step(Number(button.dataset.step))));
