// data-thread inside its scrolling pane: keeps to the end while one reads at the end; above it nothing
// moves, and a pill says how many messages are new. Older ones put in at the top move nothing either.

import { attach } from "dangban/attach";
import { t } from "dangban/words";

const NEAR = 48;

attach("[data-thread]", (thread) => {
  const pane = thread.closest("[data-scroll], .pane__body") ?? thread.parentElement;
  pane.style.overflowAnchor = "none";
  let atEnd = true;
  let anchor = null;
  let fresh = 0;
  const pill = Object.assign(document.createElement("button"), { type: "button", className: "thread__pill", hidden: true });
  pane.append(pill);

  const toEnd = () => {
    pane.scrollTop = pane.scrollHeight;
    fresh = 0;
    pill.hidden = true;
  };
  const remember = () => {
    atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR;
    if (atEnd) {
      fresh = 0;
      pill.hidden = true;
    }
    const top = pane.getBoundingClientRect().top;
    const element = [...thread.children].find((child) => child.getBoundingClientRect().bottom > top);
    anchor = element ? { element, top: element.getBoundingClientRect().top } : null;
  };
  const settle = () => {
    if (atEnd) return toEnd();
    if (anchor?.element.isConnected) pane.scrollTop += anchor.element.getBoundingClientRect().top - anchor.top;
  };
  const changes = new MutationObserver((list) => {
    if (!atEnd) {
      fresh += list.flatMap((change) => [...change.addedNodes]).filter((node) => isNew(thread, node)).length;
      pill.hidden = fresh === 0;
      pill.textContent = t("New messages: {count}", { count: fresh });
    }
    settle();
    remember();
  });
  const sizes = new ResizeObserver(settle);
  changes.observe(thread, { childList: true });
  sizes.observe(thread);
  sizes.observe(pane);
  pane.addEventListener("scroll", remember, { passive: true });
  pill.addEventListener("click", () => {
    atEnd = true;
    toEnd();
  });
  thread.addEventListener("thread:end", () => {
    atEnd = true;
    toEnd();
  });
  toEnd();
  return () => {
    changes.disconnect();
    sizes.disconnect();
    pane.removeEventListener("scroll", remember);
    pill.remove();
  };
});

// A bubble of somebody else that was put at the end.
function isNew(thread, node) {
  return node.nodeType === 1 && node.matches("[data-seq]:not([data-mine])") && node === lastBubble(thread);
}

function lastBubble(thread) {
  return [...thread.querySelectorAll("[data-seq]")].at(-1);
}
