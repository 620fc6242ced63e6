// The workspace: several conversations without loading a page, each with an address of its own.

import { attach } from "dangban/attach";
import { postJson } from "dangban/http";
import { insert } from "dangban/menu";
import { t } from "dangban/words";
import "dangban/suggestions";
import "dangban/workspace_line";
import "dangban/workspace_list";
import "dangban/workspace_select";
import "dangban/workspace_send";
import "dangban/workspace_standing";
import "dangban/workspace_thread";

const LOOK = 15000;

// A conversation that was opened comes forward where only one pane fits, and takes the writing.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "work") return;
  const panes = detail.target.closest(".panes");
  if (panes) panes.dataset.paneOpen = "thread";
  detail.target.querySelector("[data-focus-here]")?.focus({ preventScroll: true });
});

// Context tabs: the chosen tab stays chosen from conversation to conversation.
attach("[data-context-tabs]", (tabs) => {
  const chosen = sessionStorage.getItem("context-tab") || "customer";
  tabs.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (!tab) return;
    sessionStorage.setItem("context-tab", tab.dataset.tab);
    choose(tabs, tab);
  });
  // A slow answer to an earlier choice must not cover a later one.
  tabs.parentElement.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const asked = detail.requestConfig.elt.closest("[data-tab]");
    if (asked?.ariaSelected === "false") detail.shouldSwap = false;
  });
  const first = tabs.querySelector(`[data-tab="${CSS.escape(chosen)}"]`) ?? tabs.querySelector("[data-tab]");
  choose(tabs, first);
  htmx.ajax("GET", first.dataset.src, { target: tabs.nextElementSibling, source: first, swap: "innerHTML" });
});

function choose(tabs, chosen) {
  for (const tab of tabs.querySelectorAll("[data-tab]")) tab.setAttribute("aria-selected", String(tab === chosen));
}

// Who else has this conversation open, and who is writing in it.
attach("[data-viewers]", (place) => {
  const say = async (writing = false) => {
    try {
      const { people } = await postJson(place.dataset.viewers, { writing });
      place.hidden = !people.length;
      place.textContent = people
        .map((person) => (person.writing ? t("{name} is answering here", { name: person.name }) : t("{name} is also looking at this", { name: person.name })))
        .join(" · ");
      place.dataset.kind = people.some((person) => person.writing) ? "bad" : "info";
    } catch {
      // Said again with the next beat.
    }
  };
  const beat = setInterval(() => document.hidden || say(), LOOK);
  const section = place.closest("[data-conversation]");
  let wrote = 0;
  section.addEventListener("composer:typing", () => {
    if (Date.now() - wrote < 5000) return;
    wrote = Date.now();
    say(true);
  });
  say();
  return () => clearInterval(beat);
});

// A script chosen from the context pane goes where the cursor was; a product goes as a card.
document.addEventListener("click", (event) => {
  const form = document.querySelector("[data-composer]");
  const use = event.target.closest("[data-insert], [data-send-card]");
  if (!use || !form) return;
  const item = use.dataset.sendCard ? JSON.parse(use.dataset.sendCard) : { insert: use.dataset.insert, script: Number(use.dataset.script), picture: use.dataset.picture };
  if (item.insert) insert(form.composer.area, item.insert);
  form.dispatchEvent(new CustomEvent("composer:picked", { bubbles: true, detail: { item, thread: form.dataset.thread } }));
});
