// Makes the gallery's pieces answer without a server behind them.

import { attach } from "dangban/attach";
import { toast } from "dangban/toast";
import { t } from "dangban/words";

attach("[data-gallery-toast]", (button) => button.addEventListener("click", () => toast(t("Done"), { kind: "ok", undo: "/design/" })));

document.addEventListener("composer:send", ({ detail, target }) => {
  const thread = target.closest(".pane").querySelector("[data-thread]");
  const bubble = thread.querySelector(".bubble--agent").cloneNode(true);
  bubble.className = `bubble bubble--${detail.mode === "note" ? "note" : "agent"}`;
  bubble.dataset.mine = "";
  bubble.querySelector(".bubble__body").textContent = detail.text;
  thread.append(bubble);
  thread.dispatchEvent(new CustomEvent("thread:end"));
});
