// data-pane-show="thread" brings one pane forward where only one fits.

import { attach } from "dangban/attach";

attach("[data-pane-show]", (button) => button.addEventListener("click", () => {
  const panes = button.closest(".panes");
  if (panes) panes.dataset.paneOpen = button.dataset.paneShow;
}));
