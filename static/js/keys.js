// data-key="r" (or "mod+k", "g i") on a button, link or field: the key clicks or focuses it. `?` lists all keys in sight.
// Never while an input method composes, and plain keys never while someone types.
// Where several rows ([data-row]) have the same key, it means the row in hand, the one that has the focus; without one it
// leads to the first. A button of weight (data-weighs) is not clicked by its key: the key leads to it, and Enter decides. What
// must be written first (data-wants="answer", a field of its form) comes before it: Enter in the field goes on to the button.

import { attach } from "dangban/attach";
import { t } from "dangban/words";

const TOGETHER = 1000;
const FULL_WIDTH = { "？": "?", "／": "/", "、": "/", "》": ">", "《": "<" };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isComposing(event)) return;
  const key = nameOf(event);
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (key === "enter" && event.repeat && "weighs" in (event.target.dataset ?? {})) return event.preventDefault();
  if (key === "enter" && goesOn.get(event.target)?.isConnected) return stop(event, () => goesOn.get(event.target).focus());
  if (plain && isTyping(event.target)) return;
  if (key === "?") return stop(event, showKeys);
  const element = find(pending ? `${pending} ${key}` : key) ?? find(key);
  pending = "";
  if (element) stop(event, () => use(element));
  else if (plain && document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) waitForNext(key);
});

// "g i": two keys, one after the other.
let pending = "";
let forget = null;

function waitForNext(key) {
  pending = key;
  clearTimeout(forget);
  forget = setTimeout(() => (pending = ""), TOGETHER);
}

export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

function stop(event, act) {
  event.preventDefault();
  act();
}

// mod is Ctrl, and Command on a Mac. Shift is named for letters and named keys only: ">" says it all.
export function nameOf(event) {
  const key = FULL_WIDTH[event.key] ?? event.key.toLowerCase();
  const named = key.length > 1 || /[a-z0-9]/.test(key);
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  if (event.shiftKey && named) parts.push("shift");
  return [...parts, key].join("+");
}

function isTyping(element) {
  return element.matches?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])");
}

function find(key) {
  const within = document.querySelector("dialog[open]") ?? document;
  const all = [...within.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter((element) => !element.disabled && element.checkVisibility());
  const inHand = document.activeElement?.closest("[data-row]");
  return all.find((element) => inHand?.contains(element)) ?? all.find((element) => !element.closest("[data-row]")) ?? all[0];
}

function use(element) {
  const row = element.closest("[data-row]");
  if (row && !row.contains(document.activeElement)) row.querySelector("a[href]").focus();
  else if ("weighs" in element.dataset) leadTo(element);
  else if (element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit], [type=button])")) element.focus();
  else element.click();
}

// The field in which Enter goes on to a button, once that button's key led there.
const goesOn = new WeakMap();

function leadTo(button) {
  const field = wanted(button);
  if (field) goesOn.set(field, button);
  (field ?? button).focus();
}

function wanted(button) {
  const field = button.form?.elements[button.dataset.wants];
  return field?.value.trim() ? null : field;
}

// Before htmx hears of the click.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-wants]");
  const field = button && wanted(button);
  if (!field) return;
  event.preventDefault();
  event.stopPropagation();
  field.setCustomValidity(button.dataset.wantsSays);
  field.reportValidity();
  field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
}, { capture: true });

export function spell(key) {
  const mac = navigator.platform.startsWith("Mac");
  const names = { mod: mac ? "⌘" : "Ctrl", shift: "Shift", alt: "Alt", enter: "Enter", escape: "Esc", arrowup: "↑", arrowdown: "↓" };
  return key.split(/[+ ]/).filter(Boolean).map((part) => names[part] ?? part.toUpperCase());
}

attach("[data-key]", (element) => {
  const spelled = spell(element.dataset.key).join(element.dataset.key.includes(" ") ? " " : "+");
  element.setAttribute("aria-keyshortcuts", element.dataset.key.replace("mod", "Control"));
  const title = element.title || element.dataset.keyLabel || element.getAttribute("aria-label") || "";
  if (title && !element.matches("input, textarea")) element.title = `${title} (${spelled})`;
  element.dataset.keyLabel ||= title || element.textContent.trim();
});

attach("[data-keys-open]", (button) => button.addEventListener("click", showKeys));

function showKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog || dialog.open) return;
  const list = document.createElement("dl");
  list.className = "keys__list";
  for (const [key, label] of known()) list.append(term(label), keysOf(key));
  const head = document.createElement("header");
  head.className = "dialog__head";
  head.innerHTML = '<h2 class="dialog__title" id="keys-title"></h2><form method="dialog"><button class="button button--small"></button></form>';
  head.querySelector("h2").textContent = t("All keys");
  head.querySelector("button").textContent = t("Close");
  dialog.replaceChildren(head, list);
  dialog.showModal();
}

function known() {
  const keys = new Map();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (element.checkVisibility() && !keys.has(element.dataset.key)) keys.set(element.dataset.key, element.dataset.keyLabel);
  }
  return keys.set("?", t("All keys"));
}

function term(label) {
  const element = document.createElement("dt");
  element.textContent = label;
  return element;
}

function keysOf(key) {
  const element = document.createElement("dd");
  for (const part of spell(key)) {
    const kbd = document.createElement("kbd");
    kbd.className = "kbd";
    kbd.textContent = part;
    element.append(kbd, " ");
  }
  return element;
}
