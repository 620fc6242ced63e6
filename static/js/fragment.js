// A live fragment says what it shows and is fetched again, through its own address, when the stream
// announces something newer:
//   data-live="conversation:12 customer:7"   these things; or "conversation", whichever one hears of
//   data-live-src="/workspace/12/head/"      its address
//   data-live-version="7"                    of the first thing named: what is not newer changes nothing
//   data-live-swap="innerHTML"               else outerHTML
//   data-live-pause="3000"                   at most once in so many ms; else once a second
//   data-live-beat="20000"                   also without news: for what time alone changes
// Announcements within 250 ms are one request. None goes out while the page is hidden, an earlier one is
// on its way, or the fragment is in use: somebody types or has a menu open there, or what was clicked there
// has no answer yet. It is made up for afterwards.
// Requests say that nobody clicked: they do not keep a forgotten log-in alive.

import { attach } from "dangban/attach";

const TOGETHER = 250;
const PAUSE = 1000;
const LOOK_AGAIN = 2000;
const REMEMBERED = 30000;

const due = new Set();
const asked = new Map();
const asking = new Set();
const own = [];
let announced = [];
let timer = null;
let timerAt = Infinity;

/** Elements that match are drawn by `draw(element)`, a promise, instead of swapped. */
export function drawnBy(selector, draw) {
  own.push({ selector, draw });
}

export function refresh(element) {
  due.add(element.dataset.liveSrc);
  plan(TOGETHER);
}

// --- What is new

document.addEventListener("stream:changed", ({ detail }) => announce(detail.data.changes));
document.addEventListener("stream:presence", ({ detail }) => announce([["presence", detail.data.person, detail.data.since]]));

function announce(changes) {
  const at = performance.now();
  announced = announced.filter((one) => at - one.at < REMEMBERED);
  announced.push({ at, changes });
  for (const element of document.querySelectorAll("[data-live]")) if (isOlder(element, changes)) refresh(element);
}

function isOlder(element, changes) {
  const [first, ...others] = element.dataset.live.split(" ");
  return changes.some(([subject, id, version]) => {
    if (first === `${subject}:${id}`) return !(Number(element.dataset.liveVersion) >= version);
    return first === subject || others.includes(subject) || others.includes(`${subject}:${id}`);
  });
}

// A fragment may have been drawn before, and arrive after, an announcement.
const known = new WeakSet();
document.addEventListener("htmx:beforeSend", ({ detail }) => (detail.xhr.askedAt = performance.now()));
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const since = announced.filter((one) => one.at >= detail.xhr?.askedAt);
  for (const element of document.querySelectorAll("[data-live]")) {
    if (!known.has(element) && since.some((one) => isOlder(element, one.changes))) refresh(element);
    known.add(element);
  }
});

// Announcements are not kept for those who were away: with each greeting everything is fetched anew,
// also with the first, which comes a moment after the page was drawn.
for (const name of ["stream:hello", "stream:reset"]) document.addEventListener(name, () => document.querySelectorAll("[data-live]").forEach(refresh));

// What one did oneself is seen at once.
for (const name of ["conversations:changed", "presence:changed", "undone"]) {
  document.addEventListener(name, () => {
    asked.clear();
    document.querySelectorAll("[data-live]").forEach(refresh);
  });
}

attach("[data-live-beat]", (element) => {
  const beat = setInterval(() => refresh(element), Number(element.dataset.liveBeat));
  return () => clearInterval(beat);
});

// --- Fetching

function plan(wait) {
  const at = performance.now() + wait;
  if (at >= timerAt) return;
  clearTimeout(timer);
  timerAt = at;
  timer = setTimeout(fetchDue, wait);
}

function fetchDue() {
  timerAt = Infinity;
  if (document.hidden) return;
  for (const address of due) {
    const element = document.querySelector(`[data-live-src="${CSS.escape(address)}"]`);
    const wait = element ? waitFor(element, address) : 0;
    if (wait > 0) {
      plan(wait);
      continue;
    }
    due.delete(address);
    if (element) ask(element, address);
  }
}

function waitFor(element, address) {
  if (isInUse(element)) return LOOK_AGAIN;
  if (asking.has(address)) return TOGETHER;
  return (asked.get(address) ?? -Infinity) + Number(element.dataset.livePause ?? PAUSE) - performance.now();
}

async function ask(element, address) {
  asked.set(address, performance.now());
  asking.add(address);
  const draw = own.find((one) => element.matches(one.selector))?.draw ?? swap;
  try {
    await draw(element);
  } catch {
    // The stream's next greeting asks again.
  } finally {
    asking.delete(address);
  }
}

function swap(element) {
  const { liveSrc, liveSwap } = element.dataset;
  return htmx.ajax("GET", liveSrc, { target: element, source: element, swap: liveSwap ?? "outerHTML", headers: { "X-Background": "1" } });
}

// It may have come into use while it was fetched.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.requestConfig?.headers?.["X-Background"] || !isInUse(detail.target)) return;
  detail.shouldSwap = false;
  refresh(detail.target);
});

// What someone typed, or a menu they opened, is not taken from under the hands; nor is a button whose click has no answer yet:
// nothing of the answer would be heard where the button is gone.
function isInUse(element) {
  const active = document.activeElement;
  if (element.contains(active) && active.matches("input, textarea, select, [contenteditable]")) return true;
  if (element.querySelector(":popover-open, .htmx-request:not([data-live])")) return true;
  return [...element.querySelectorAll("input, textarea, select")].some(isTyped);
}

function isTyped(field) {
  if (field.type === "hidden") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
}

for (const name of ["focusout", "visibilitychange", "htmx:afterRequest"]) document.addEventListener(name, () => due.size && plan(TOGETHER));
