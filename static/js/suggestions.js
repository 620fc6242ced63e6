// Scripts that say about what is being typed, offered below the text: Alt+1 and Alt+2 take them, Ctrl+Z
// takes them back. Only for what goes to the customer, and never while an input method composes.

import { attach } from "dangban/attach";
import { getJson } from "dangban/http";
import { isComposing } from "dangban/keys";
import { insert } from "dangban/menu";

const PAUSE = 350;
const ENOUGH = 4;

attach("[data-suggestions]", (place) => {
  const form = place.closest("[data-composer]");
  const area = form.querySelector("[data-composer-text]");
  let timer;
  let asking;
  let offered = [];

  const hide = () => {
    asking?.abort();
    offered = [];
    place.hidden = true;
  };

  const take = (item) => {
    hide();
    area.focus();
    area.select();
    insert(area, item.insert);
    form.dispatchEvent(new CustomEvent("composer:picked", { bubbles: true, detail: { item, thread: form.dataset.thread } }));
  };

  const show = (items) => {
    offered = items.filter((item) => item.insert !== area.value.trim());
    place.hidden = !offered.length;
    place.replaceChildren(
      ...offered.map((item, index) => {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "button button--small button--quiet", title: item.insert });
        const key = Object.assign(document.createElement("kbd"), { textContent: `Alt+${index + 1}` });
        button.append(key, Object.assign(document.createElement("span"), { textContent: `${item.label} · ${item.insert}` }));
        button.addEventListener("click", () => take(item));
        return button;
      }),
    );
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const url = new URL(form.dataset.suggestionsSrc, location.href);
    url.searchParams.set("q", area.value);
    try {
      const { items } = await getJson(url, { signal: asking.signal });
      if (area.value.trim().length >= ENOUGH) show(items);
    } catch {
      place.hidden = true;
    }
  };

  const typed = () => {
    clearTimeout(timer);
    const text = area.value.trim();
    const wanted = (form.dataset.mode ?? "reply") === "reply" && text.length >= ENOUGH && !/^[/#]/.test(text);
    if (!wanted) return hide();
    timer = setTimeout(ask, PAUSE);
  };

  const key = (event) => {
    const item = event.altKey && !event.ctrlKey && !isComposing(event) ? offered[Number(event.code?.at(-1)) - 1] : null;
    if (!item || !/^(Digit|Numpad)/.test(event.code)) return;
    event.preventDefault();
    take(item);
  };

  area.addEventListener("input", (event) => event.isComposing || typed());
  area.addEventListener("compositionend", typed);
  area.addEventListener("keydown", key);
  form.addEventListener("composer:cleared", hide);
  return () => {
    clearTimeout(timer);
    hide();
  };
});
