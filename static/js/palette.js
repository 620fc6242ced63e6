// Ctrl+K: rooms and commands of this page at once, and what the server finds. The address answers
// {"groups": [{"title", "items": [{"label", "sub", "url"}]}]} to ?q=.

import { attach } from "dangban/attach";
import { getJson } from "dangban/http";
import { isComposing } from "dangban/keys";
import { t } from "dangban/words";

const WAIT = 120;
const dialog = document.getElementById("palette");
let choices = [];
let current = 0;
let timer = null;
let asking = null;

attach("[data-palette-open]", (button) => button.addEventListener("click", open));

function open() {
  if (dialog.open) return;
  if (!dialog.firstChild) build();
  dialog.showModal();
  const input = dialog.querySelector("input");
  input.value = "";
  input.focus();
  show(here(""));
}

function build() {
  const field = document.createElement("label");
  field.className = "palette__field";
  field.append(document.querySelector("[data-palette-open] .icon")?.cloneNode(true) ?? "");
  const input = Object.assign(document.createElement("input"), { type: "search", autocomplete: "off", spellcheck: false });
  input.setAttribute("aria-label", t("Search or command"));
  input.placeholder = t("Search or command");
  field.append(input);
  const list = Object.assign(document.createElement("div"), { className: "palette__list" });
  list.setAttribute("role", "listbox");
  dialog.append(field, list);
  input.addEventListener("input", () => look(input.value.trim()));
  input.addEventListener("keydown", key);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}

// What this page itself offers: the rooms, and every button with a key.
function here(text) {
  const wanted = text.toLowerCase();
  const fits = (item) => item.label.toLowerCase().includes(wanted);
  const rooms = [...document.querySelectorAll(".rail__room")].map((link) => {
    const label = link.querySelector(".rail__label").textContent;
    return { label: t("Go to {room}", { room: label }), url: link.href };
  });
  const commands = [...document.querySelectorAll("[data-key][data-key-label]:not([data-palette-open])")]
    .filter((element) => element.checkVisibility() && !element.disabled && !element.matches("input, textarea"))
    .map((element) => ({ label: element.dataset.keyLabel, act: () => element.click() }));
  return [
    { title: t("On this page"), items: commands.filter(fits).slice(0, 8) },
    { title: t("Rooms"), items: rooms.filter(fits) },
  ];
}

function look(text) {
  clearTimeout(timer);
  show(here(text));
  if (text && dialog.dataset.paletteSrc) timer = setTimeout(() => ask(text), WAIT);
}

async function ask(text) {
  asking?.abort();
  asking = new AbortController();
  const url = new URL(dialog.dataset.paletteSrc, location.href);
  url.searchParams.set("q", text);
  try {
    const { groups } = await getJson(url, { signal: asking.signal });
    show([...groups, ...here(text)]);
  } catch (error) {
    if (error.name !== "AbortError") show(here(text));
  }
}

function show(groups) {
  choices = [];
  current = 0;
  const lines = groups.filter((group) => group.items.length).flatMap((group) => [heading(group.title), ...group.items.map(line)]);
  dialog.querySelector(".palette__list").replaceChildren(...(lines.length ? lines : [heading(t("Nothing found"))]));
  mark();
}

function heading(text) {
  return Object.assign(document.createElement("div"), { className: "menu__title", textContent: text });
}

function line(item) {
  const place = choices.push(item) - 1;
  const element = document.createElement("div");
  element.className = "menu__item";
  element.setAttribute("role", "option");
  element.append(Object.assign(document.createElement("span"), { className: "clip", textContent: item.label }));
  if (item.sub) element.append(Object.assign(document.createElement("span"), { className: "menu__sub", textContent: item.sub }));
  element.addEventListener("click", () => go(place));
  return element;
}

function mark() {
  dialog.querySelectorAll("[role=option]").forEach((element, place) => {
    element.setAttribute("aria-selected", String(place === current));
    if (place === current) element.scrollIntoView({ block: "nearest" });
  });
}

function key(event) {
  if (isComposing(event)) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && choices.length) {
    event.preventDefault();
    current = (current + step + choices.length) % choices.length;
    mark();
  }
  if (event.key === "Enter") {
    event.preventDefault();
    go(current);
  }
}

function go(place) {
  const item = choices[place];
  if (!item) return;
  dialog.close();
  if (item.act) item.act();
  else location.href = item.url;
}
