// data-popover on a [popover]: placed under its button, above it where there is no room below.

import { attach } from "dangban/attach";

const GAP = 4;

attach("[data-popover]", (popover) => {
  popover.addEventListener("toggle", (event) => {
    if (event.newState === "open") place(popover);
  });
  popover.addEventListener("htmx:afterSettle", () => place(popover));
  if (!popover.matches(".menu")) return;
  popover.addEventListener("click", (event) => event.target.closest(".menu__item") && popover.hidePopover());
  popover.addEventListener("keydown", (event) => choose(popover, event));
});

export function place(popover, button = buttonOf(popover)) {
  if (!button) return;
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const end = popover.dataset.popover === "end";
  const left = Math.max(8, Math.min(end ? at.right - width : at.left, innerWidth - width - 8));
  const below = at.bottom + GAP + height <= innerHeight || at.top < height;
  popover.style.left = `${left}px`;
  popover.style.top = `${below ? at.bottom + GAP : at.top - GAP - height}px`;
}

// In an open menu the arrows go from line to line, and a digit takes the line of that number.
function choose(menu, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const items = [...menu.querySelectorAll(".menu__item")].filter((item) => item.checkVisibility() && !item.disabled);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const wanted = event.target.matches("input, select, textarea") ? undefined : items[Number(event.key) - 1];
  if (step) items.at((items.indexOf(document.activeElement) + step + (step < 0 && !items.includes(document.activeElement))) % items.length)?.focus();
  else if (wanted) wanted.click();
  else return;
  event.preventDefault();
}

function buttonOf(popover) {
  return document.querySelector(`[popovertarget="${CSS.escape(popover.id)}"]`);
}
