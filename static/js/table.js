// data-table="name" with th[data-column]: the columns a person chose are remembered in this browser.
// A button with data-table-columns="name" opens the choice.

import { attach } from "dangban/attach";
import { place } from "dangban/popover";
import { keep, recall } from "dangban/store";

const keyOf = (name) => `columns:${name}`;

attach("[data-table]", (table) => {
  const apply = () => hide(table, new Set(recall(keyOf(table.dataset.table), [])));
  const rows = new MutationObserver(apply);
  rows.observe(table, { childList: true, subtree: true });
  table.addEventListener("columns", apply);
  apply();
  return () => rows.disconnect();
});

function hide(table, hidden) {
  table.querySelectorAll("thead th").forEach((head, index) => {
    const out = hidden.has(head.dataset.column);
    for (const row of table.rows) if (row.cells[index]) row.cells[index].hidden = out;
  });
}

attach("[data-table-columns]", (button) => button.addEventListener("click", () => {
  const name = button.dataset.tableColumns;
  const table = document.querySelector(`[data-table="${CSS.escape(name)}"]`);
  const menu = Object.assign(document.createElement("div"), { className: "menu", popover: "auto" });
  menu.dataset.popover = "end";
  for (const head of table.querySelectorAll("th[data-column]")) menu.append(choice(table, name, head));
  menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.remove());
  document.body.append(menu);
  menu.showPopover();
  place(menu, button);
}));

function choice(table, name, head) {
  const label = Object.assign(document.createElement("label"), { className: "menu__item" });
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !head.hidden });
  box.addEventListener("change", () => {
    const hidden = new Set(recall(keyOf(name), []));
    if (box.checked) hidden.delete(head.dataset.column);
    else hidden.add(head.dataset.column);
    keep(keyOf(name), [...hidden]);
    table.dispatchEvent(new CustomEvent("columns"));
  });
  label.append(box, head.textContent.trim());
  return label;
}
