// data-clock with data-since or data-due (milliseconds): ticking time on the server's clock.
// data-amber and data-red are seconds; the ripeness stands in data-urgency on the clock and on the
// nearest [data-urgent] around it. data-wall shows the time of day.

import { t } from "dangban/words";

let offset = Number(document.documentElement.dataset.now || Date.now()) - Date.now();

export function serverNow() {
  return Date.now() + offset;
}

document.addEventListener("stream:hello", ({ detail }) => {
  if (detail.data.now) offset = detail.data.now - Date.now();
});

export function spoken(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return t("{seconds} s", { seconds: s });
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const rest = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  if (hours >= 24) return t("{days} d {hours} h", { days: Math.floor(hours / 24), hours: hours % 24 });
  return hours ? `${hours}:${rest}` : rest.replace(/^0/, "");
}

// Waiting ripens upwards, a deadline downwards.
export function urgency({ since, due, amber, red }, now) {
  if (since !== undefined) {
    const waited = (now - since) / 1000;
    return waited >= (red ?? Infinity) ? "red" : waited >= (amber ?? Infinity) ? "amber" : "";
  }
  const left = (due - now) / 1000;
  return left <= (red ?? 0) ? "red" : left <= (amber ?? -Infinity) ? "amber" : "";
}

function numbers({ since, due, amber, red }) {
  const number = (text) => (text === undefined || text === "" ? undefined : Number(text));
  return { since: number(since), due: number(due), amber: number(amber), red: number(red) };
}

function tick(element, now) {
  const facts = numbers(element.dataset);
  const left = facts.due === undefined ? null : (facts.due - now) / 1000;
  const text = left === null ? spoken((now - facts.since) / 1000) : left < 0 ? t("over by {time}", { time: spoken(-left) }) : spoken(left);
  if (element.textContent !== text) element.textContent = text;
  const ripe = urgency(facts, now);
  mark(element, ripe);
  const around = element.closest("[data-urgent]");
  if (around) mark(around, ripe);
}

function mark(element, ripe) {
  if ((element.dataset.urgency ?? "") === ripe) return;
  if (ripe) element.dataset.urgency = ripe;
  else delete element.dataset.urgency;
}

export function tickAll() {
  const now = serverNow();
  for (const element of document.querySelectorAll("[data-clock]")) tick(element, now);
  for (const element of document.querySelectorAll("[data-wall]")) {
    const zone = element.dataset.wall || undefined;
    element.textContent = new Date(now).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  }
  document.dispatchEvent(new CustomEvent("clock:tick", { detail: { now } }));
}

setInterval(tickAll, 1000);
document.addEventListener("htmx:afterSettle", tickAll);
tickAll();
