// data-theme-switch: as the system, light, dark, in turn.

import { attach } from "dangban/attach";
import { keep } from "dangban/store";
import { toast } from "dangban/toast";
import { t } from "dangban/words";

const TURN = { "": "light", light: "dark", dark: "" };
const WORDS = { "": () => t("As the system"), light: () => t("Light"), dark: () => t("Dark") };

attach("[data-theme-switch]", (button) => button.addEventListener("click", () => {
  const root = document.documentElement;
  const next = TURN[root.dataset.theme ?? ""] ?? "";
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  keep("theme", [next, root.dataset.setting ?? ""]);
  toast(WORDS[next]());
}));
