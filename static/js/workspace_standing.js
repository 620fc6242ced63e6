// Whose the conversation is, and what one may do in it, stands in the head of the thread, which is live;
// the thread and the composer go by it.

import { attach } from "dangban/attach";

attach("[data-standing]", (head) => {
  const section = head.closest("[data-conversation]");
  const form = section.querySelector("[data-composer]");
  section.dataset.mine = head.dataset.mine;
  section.dataset.replies = form.dataset.replies = head.dataset.replies;
  const bar = form.querySelector("[data-standing-bar]");
  bar.textContent = head.dataset.bar;
  bar.hidden = !head.dataset.bar;
  form.querySelector("[data-composer-mode=whisper]").hidden = head.dataset.whispers !== "yes";
  section.dispatchEvent(new CustomEvent("conversation:standing", { bubbles: true }));
});
