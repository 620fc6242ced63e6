// data-sheet="/url/" on a row or link: details at the side, the list keeps its place. Arrow keys go
// from row to row while it is open; Escape closes it and gives the focus back.

import { attach } from "dangban/attach";
import { isComposing } from "dangban/keys";

const sheet = document.getElementById("sheet");
let opener = null;

attach("[data-sheet]", (element) => {
  element.addEventListener("click", (event) => {
    const inner = event.target.closest("a, button, input, label, select");
    if (inner && inner !== element) return;
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    openSheet(element);
  });
  if (!element.matches("tr")) return;
  element.tabIndex = 0;
  element.addEventListener("keydown", (event) => {
    if (event.target === element && event.key === "Enter" && !isComposing(event)) openSheet(element);
  });
});

export async function openSheet(element) {
  select(element);
  await htmx.ajax("GET", element.dataset.sheet, { target: sheet, source: sheet, swap: "innerHTML" });
  // Closed, or another row chosen, while this one was on its way.
  if (opener === element) sheet.hidden = !sheet.childElementCount;
}

function select(element) {
  opener?.removeAttribute("aria-selected");
  opener = element;
  if (element?.matches("tr")) element.setAttribute("aria-selected", "true");
}

export function closeSheet() {
  if (sheet.hidden) return;
  sheet.hidden = true;
  sheet.replaceChildren();
  const back = opener;
  select(null);
  back?.focus();
}

function step(event) {
  const rows = [...document.querySelectorAll("tr[data-sheet]")];
  const next = rows[rows.indexOf(opener) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
  openSheet(next);
}

if (sheet) {
  sheet.addEventListener("click", (event) => event.target.closest("[data-sheet-close]") && closeSheet());
  document.addEventListener("sheet:close", closeSheet);
  document.addEventListener("keydown", (event) => {
    if (sheet.hidden || isComposing(event) || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") closeSheet();
    if (/^Arrow(Up|Down)$/.test(event.key) && event.target === opener) step(event);
  });
}
