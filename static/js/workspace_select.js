// Words marked in the thread become a requirement or a promise: a small bar beside the selection.

import { el } from "dangban/chat_bubble";
import { openDialog } from "dangban/dialog";
import { t } from "dangban/words";

const bar = el("div", "select-bar");
bar.hidden = true;
bar.setAttribute("role", "toolbar");
const make = (text) => {
  const button = el("button", "button button--small", text);
  button.type = "button";
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  bar.append(button);
  return button;
};
make(t("Note as requirement")).addEventListener("click", () => use("requireUrl"));
make(t("Note as promise")).addEventListener("click", () => use("promiseUrl"));
document.body.append(bar);

let chosen = null;

document.addEventListener("selectionchange", () => {
  clearTimeout(bar.timer);
  bar.timer = setTimeout(look, 120);
});

function look() {
  const selection = getSelection();
  const text = selection.toString().trim();
  const line = selection.anchorNode?.parentElement?.closest?.("[data-selectable]");
  if (!text || !line || selection.isCollapsed) return hide();
  chosen = { text: text.slice(0, 300), seq: line.dataset.seq, section: line.closest("[data-conversation]") };
  const at = selection.getRangeAt(0).getBoundingClientRect();
  bar.hidden = false;
  bar.style.left = `${Math.max(8, Math.min(at.left, innerWidth - bar.offsetWidth - 8))}px`;
  bar.style.top = `${Math.max(8, at.top - bar.offsetHeight - 6)}px`;
}

function hide() {
  bar.hidden = true;
  chosen = null;
}

// Without a selection a requirement takes the customer's last line, a promise the agent's own.
function use(which) {
  const target = chosen ?? lastLine(which === "promiseUrl" ? ".bubble--agent[data-mine][data-seq]" : ".bubble--customer[data-seq]");
  if (!target) return;
  const url = new URL(target.section.dataset[which], location.href);
  url.searchParams.set("text", target.text);
  if (target.seq) url.searchParams.set("seq", target.seq);
  getSelection().removeAllRanges();
  hide();
  openDialog(url.pathname + url.search);
}

function lastLine(lines) {
  const section = document.querySelector("[data-conversation]");
  const line = section && [...section.querySelectorAll(lines)].at(-1);
  if (!section) return null;
  return { section, seq: line?.dataset.seq, text: line?.querySelector(".bubble__body")?.textContent.trim().slice(0, 300) ?? "" };
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-note-as]");
  if (button) use(button.dataset.noteAs === "promise" ? "promiseUrl" : "requireUrl");
});
