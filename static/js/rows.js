// Keys that go from row to row of a list: <button data-step="1" data-rows="#cases" data-key="j">. Enter opens the row's first link.

import { attach } from "dangban/attach";

attach("[data-step]", (button) => button.addEventListener("click", () => step(button)));

function step(button) {
  const rows = [...document.querySelectorAll(`${button.dataset.rows} tbody tr`)].filter((row) => row.querySelector("a[href]"));
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? (Number(button.dataset.step) > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + Number(button.dataset.step)));
  const link = rows[next].querySelector("a[href]");
  link.focus();
  rows[next].scrollIntoView({ block: "nearest" });
}
