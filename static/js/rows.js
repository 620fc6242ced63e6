// Keys that go from row to row of a list: <button data-step="1" data-rows="#cases" data-key="j">. Enter opens the row's first
// link. Rows are those of tables, and whatever says so itself (data-row="12").

import { attach } from "dangban/attach";

attach("[data-step]", (button) => button.addEventListener("click", () => step(button)));

function step(button) {
  const rows = [...document.querySelectorAll(`${button.dataset.rows} :is(tbody tr, [data-row])`)].filter((row) => row.querySelector("a[href]"));
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? (Number(button.dataset.step) > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + Number(button.dataset.step)));
  take(rows[next]);
}

function take(row) {
  row.querySelector("a[href]").focus();
  row.scrollIntoView({ block: "nearest" });
}

// When the row in hand goes (answered, or settled by somebody else), the one in its place is taken, and after the last the list
// itself (data-rows-of).
let inHand = null;

document.addEventListener("focusin", ({ target }) => hold(target.closest("[data-row]")));
document.addEventListener("pointerdown", ({ target }) => target.closest("[data-row]") ?? hold(null));

function hold(row) {
  inHand = row && { row, name: row.dataset.row, at: named().indexOf(row) };
}

function named() {
  return [...document.querySelectorAll("[data-row]")];
}

attach("[data-rows-of]", (list) => {
  const watch = new MutationObserver(takeNext);
  watch.observe(list, { childList: true });
  takeNext();
  return () => watch.disconnect();
});

function takeNext() {
  const isLost = document.activeElement === document.body || document.activeElement === null;
  if (!inHand || inHand.row.isConnected || !isLost) return;
  const rows = named();
  const next = rows.find((row) => row.dataset.row === inHand.name) ?? rows[Math.min(inHand.at, rows.length - 1)];
  if (next) take(next);
  else document.querySelector("[data-rows-of]")?.focus();
}
