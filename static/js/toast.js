// Short messages that go by themselves; errors stay. With undo, the button sends the undo.

import { attach } from "dangban/attach";
import { postJson } from "dangban/http";
import { t } from "dangban/words";

const STAY = 6000;
const STAY_WITH_UNDO = 12000;

export function toast(text, { kind = "", undo = "" } = {}) {
  const element = document.createElement("div");
  element.className = `toast ${kind ? `toast--${kind}` : ""}`;
  element.dataset.toast = kind === "bad" ? "stay" : "";
  element.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (undo) element.append(undoButton(undo, element));
  const close = Object.assign(document.createElement("button"), { type: "button", className: "toast__close", textContent: "×" });
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", t("Close"));
  element.append(close);
  document.getElementById("messages").append(element);
  return element;
}

function undoButton(undo, element) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "toast__undo", textContent: t("Undo") });
  element.dataset.undoUrl = undo;
  // The newest has the key; it works while one types, too.
  for (const other of document.querySelectorAll(".toast__undo[data-key]")) delete other.dataset.key;
  button.dataset.key = "alt+z";
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await postJson(undo);
      element.remove();
      toast(t("Undone"), { kind: "ok" });
      document.dispatchEvent(new CustomEvent("undone", { detail: { url: undo } }));
    } catch (error) {
      toast(error.message, { kind: "bad" });
    }
  });
  return button;
}

attach("[data-toast]", (element) => {
  element.addEventListener("click", (event) => event.target.closest("[data-toast-close]") && element.remove());
  if (element.dataset.toast === "stay") return;
  let timer = setTimeout(() => element.remove(), element.dataset.undoUrl ? STAY_WITH_UNDO : STAY);
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("pointerleave", () => (timer = setTimeout(() => element.remove(), STAY)));
});

// HX-Trigger: {"toast": {"text": "…", "undo": "/…", "kind": "ok"}}
document.addEventListener("toast", ({ detail }) => toast(detail.text ?? detail.value, detail));
