// data-dialog="/url/": the fragment opens in the one dialog. It closes by its own buttons
// ([data-dialog-close]), a click beside it, Escape, or the server's HX-Trigger "dialog:close".

import { attach } from "dangban/attach";

const dialog = document.getElementById("dialog");

attach("[data-dialog]", (element) => element.addEventListener("click", (event) => {
  event.preventDefault();
  openDialog(element.dataset.dialog, { wide: "dialogWide" in element.dataset });
}));

export async function openDialog(url, { wide = false } = {}) {
  dialog.classList.toggle("dialog--wide", wide);
  await htmx.ajax("GET", url, { target: dialog, source: dialog, swap: "innerHTML" });
  if (!dialog.childElementCount) return;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[autofocus], .dialog__body :is(input, select, textarea, button)")?.focus();
}

if (dialog) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-dialog-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.replaceChildren());
  dialog.addEventListener("htmx:afterRequest", ({ detail }) => detail.xhr.status === 204 && dialog.close());
  document.addEventListener("dialog:close", () => dialog.close());
}
