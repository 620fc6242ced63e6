// data-popover on a [popover]: placed under its button, above it where there is no room below.

import { attach } from "dangban/attach";

const GAP = 4;

attach("[data-popover]", (popover) => {
  popover.addEventListener("toggle", (event) => {
    if (event.newState === "open") place(popover);
  });
  popover.addEventListener("htmx:afterSettle", () => place(popover));
  if (popover.matches(".menu")) popover.addEventListener("click", (event) => event.target.closest(".menu__item") && popover.hidePopover());
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

function buttonOf(popover) {
  return document.querySelector(`[popovertarget="${CSS.escape(popover.id)}"]`);
}
