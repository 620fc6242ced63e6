// data-copy="text": copies it and says so on the spot.

import { attach } from "dangban/attach";
import { toast } from "dangban/toast";
import { t } from "dangban/words";

attach("[data-copy]", (button) => button.addEventListener("click", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(`${t("Copied")} ${button.dataset.copy}`);
  } catch {
    toast(t("Could not copy; select it and press Ctrl+C"), { kind: "bad" });
  }
}));
