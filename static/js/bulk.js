// data-bulk on a form around a list: the bar ([data-bulk-bar]) comes with the selection and counts it.
// Shift-click selects the rows between.

import { attach } from "dangban/attach";
import { t } from "dangban/words";

attach("[data-bulk]", (form) => {
  let last = null;
  const items = () => [...form.querySelectorAll("[data-bulk-item]")];
  const show = () => {
    const chosen = items().filter((item) => item.checked).length;
    const bar = form.querySelector("[data-bulk-bar]");
    const all = form.querySelector("[data-bulk-all]");
    bar.hidden = chosen === 0;
    bar.querySelector("[data-bulk-count]").textContent = t("Selected: {count}", { count: chosen });
    if (!all) return;
    all.checked = chosen > 0 && chosen === items().length;
    all.indeterminate = chosen > 0 && !all.checked;
  };
  form.addEventListener("click", (event) => {
    const item = event.target.closest("[data-bulk-item]");
    if (!item) return;
    if (event.shiftKey && last) between(items(), last, item).forEach((other) => (other.checked = item.checked));
    last = item;
    show();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-bulk-all]")) for (const item of items()) item.checked = event.target.checked;
    show();
  });
  form.addEventListener("click", (event) => {
    if (!event.target.closest("[data-bulk-none]")) return;
    for (const item of items()) item.checked = false;
    show();
  });
  show();
});

function between(items, from, to) {
  const [first, last] = [items.indexOf(from), items.indexOf(to)].sort((a, b) => a - b);
  return first < 0 ? [] : items.slice(first, last + 1);
}
