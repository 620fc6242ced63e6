// The floor stays as it is now: fetched again when something changes, at most once a second.

import { attach } from "dangban/attach";

const AT_MOST = 1000;
const AT_LEAST = 15000;

attach("[data-floor]", (floor) => {
  let timer = null;
  const fetchAgain = () => {
    timer = null;
    if (document.hidden || document.querySelector("dialog[open]")) return soon(5000);
    htmx.ajax("GET", floor.dataset.floor, { target: floor, source: floor, swap: "innerHTML" });
  };
  const soon = (wait = AT_MOST) => {
    timer ??= setTimeout(fetchAgain, wait);
  };
  const changed = () => soon();
  const events = ["stream:changed", "stream:presence", "stream:message", "stream:hello", "floor:changed", "conversations:changed"];
  for (const name of events) document.addEventListener(name, changed);
  const beat = setInterval(changed, AT_LEAST);
  return () => {
    clearInterval(beat);
    for (const name of events) document.removeEventListener(name, changed);
  };
});
