// data-live="order:12" data-live-version="7" data-live-src="/orders/12/row/": fetched again when the
// stream says that the thing has a newer version; many changes within 250 ms are one request. The
// request says that nobody clicked: it does not keep a forgotten log-in alive.

const TOGETHER = 250;
const due = new Set();
let timer = null;

document.addEventListener("stream:changed", ({ detail }) => {
  const { subject, id, version } = detail.data;
  for (const element of document.querySelectorAll(`[data-live="${CSS.escape(subject)}:${CSS.escape(id)}"]`)) {
    if (!(Number(element.dataset.liveVersion) >= version)) refresh(element);
  }
});

// Announcements are not kept for those who were away: after each later greeting all is fetched anew.
let greeted = false;
document.addEventListener("stream:hello", () => {
  if (greeted) document.querySelectorAll("[data-live]").forEach(refresh);
  greeted = true;
});
document.addEventListener("stream:reset", () => document.querySelectorAll("[data-live]").forEach(refresh));

export function refresh(element) {
  due.add(element);
  timer ??= setTimeout(fetchAll, TOGETHER);
}

function fetchAll() {
  timer = null;
  for (const element of due) {
    if (element.isConnected && isTypedIn(element)) continue;
    due.delete(element);
    if (!element.isConnected) continue;
    const { liveSrc, liveSwap } = element.dataset;
    htmx.ajax("GET", liveSrc, { target: element, source: element, swap: liveSwap ?? "outerHTML", headers: { "X-Background": "1" } });
  }
}

// What someone types into is not taken from under the hands; it is fetched when they leave it.
function isTypedIn(element) {
  const active = document.activeElement;
  return element.contains(active) && active.matches("input, textarea, select, [contenteditable]");
}

document.addEventListener("focusout", () => {
  if (due.size) timer ??= setTimeout(fetchAll, TOGETHER);
});
