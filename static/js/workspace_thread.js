// One open thread: the lines it was drawn with and those the stream brings, in order, each once.

import { attach } from "dangban/attach";
import { bubble, dayLine, dayOf, el, recalled, size } from "dangban/chat_bubble";
import { serverNow } from "dangban/clock";
import { postJson } from "dangban/http";
import { toast } from "dangban/toast";
import { t } from "dangban/words";
import { follow, older, onTheWay, read, settle } from "dangban/workspace_line";

const open = new Map();
export const threadView = (thread) => open.get(String(thread));

attach("[data-thread-view]", (element) => {
  const view = new ThreadView(element);
  open.set(view.thread, view);
  view.begin();
  return () => open.get(view.thread) === view && open.delete(view.thread);
});

export class ThreadView {
  constructor(element) {
    this.element = element;
    this.section = element.closest("[data-conversation]");
    this.thread = element.dataset.threadView;
    this.me = Number(this.section.dataset.person);
    this.lines = new Map();
    this.last = 0;
    this.cursor = 0;
    this.readByCustomer = Number(element.dataset.readByCustomer || 0);
    this.pane = element.closest(".pane__body");
  }

  begin() {
    const block = this.section.querySelector("script[data-messages]");
    this.unreadFrom = Number(this.element.dataset.unreadFrom || 0);
    for (const message of JSON.parse(block.textContent)) this.take(message, true);
    for (const entry of onTheWay(this.thread)) this.waiting(entry);
    this.marks();
    this.element.dispatchEvent(new CustomEvent("thread:end"));
    const go = Number(new URLSearchParams(location.search).get("line"));
    if (go) this.show(go);
    this.catchUp();
    this.more = this.section.querySelector("[data-older]");
    this.more?.addEventListener("click", () => this.older());
    this.pane.addEventListener("scroll", () => this.markRead(), { passive: true });
    this.markRead();
  }

  async catchUp() {
    try {
      const { messages = [] } = await follow(this.thread, this.cursor);
      for (const message of messages) this.take(message);
      this.markRead();
    } catch {
      // The next greeting of the stream asks again.
    }
  }

  show(seq) {
    const line = this.lines.get(seq);
    if (!line) return;
    line.scrollIntoView({ block: "center" });
    line.dataset.found = "";
    line.tabIndex = -1;
    line.focus({ preventScroll: true });
  }

  async older() {
    const first = Math.min(...this.lines.keys());
    this.more.disabled = true;
    try {
      const { messages } = await older(this.thread, first);
      for (const message of messages) this.take(message, true);
      this.more.hidden = messages.length < 50 || messages.some((message) => message.seq === 1);
    } finally {
      this.more.disabled = false;
    }
  }

  // --- lines

  // Only what the log brought moves the cursor: an acknowledgement may overtake lines before it.
  take(message, drawn = false, acknowledged = false) {
    if (!acknowledged) this.cursor = Math.max(this.cursor, message.seq);
    settle(message.client_id);
    if (this.lines.has(message.seq)) return;
    this.element.querySelector(`[data-state][data-client-id="${CSS.escape(message.client_id)}"]`)?.remove();
    this.last = Math.max(this.last, message.seq);
    if (message.kind === "recall") return this.recall(message);
    const line = bubble(message);
    if (message.author === "agent" && message.author_id === this.me) line.dataset.mine = "";
    if (!message.internal && ["customer", "agent"].includes(message.author)) line.dataset.selectable = "";
    this.acts(line, message);
    this.lines.set(message.seq, line);
    this.place(line, message);
    if (message.author === "customer") this.hush();
    if (!drawn) {
      this.marks();
      this.markRead();
    }
  }

  recall(message) {
    const seq = Number(message.payload?.seq);
    this.lines.set(message.seq, el("span"));
    const line = this.lines.get(seq);
    if (line?.isConnected) recalled(line, message.author_name);
  }

  place(line, message) {
    const drawn = [...this.element.querySelectorAll("[data-seq]")];
    const after = drawn.findLast((other) => Number(other.dataset.seq) < message.seq);
    if (after) after.after(line);
    else if (drawn.length) (drawn[0].previousElementSibling?.matches(".thread__day") ? drawn[0].previousElementSibling : drawn[0]).before(line);
    else this.element.prepend(line);
    this.days(line, message);
    if (message.seq === this.unreadFrom) line.before(el("p", "thread__new", t("New")));
  }

  days(line, message) {
    const name = dayOf(message.at);
    const before = line.previousElementSibling;
    const next = line.nextElementSibling;
    line.dataset.day = name;
    if (before?.dataset.day !== name) line.before(dayLine(message.at, serverNow()));
    if (next?.matches(".thread__day") && next.dataset.day === name) next.remove();
  }

  acts(line, message) {
    if (message.author !== "agent" || message.author_id !== this.me || message.internal || this.section.dataset.replies !== "yes") return;
    const left = Number(this.section.dataset.recallSeconds) * 1000 - (serverNow() - new Date(message.at).getTime());
    if (left <= 0) return;
    const box = el("div", "bubble__acts");
    const button = el("button", "button button--quiet button--small", t("Take this line back"));
    button.type = "button";
    button.addEventListener("click", () => this.takeBack(message.seq, button));
    box.append(button);
    line.append(box);
    setTimeout(() => box.remove(), left);
  }

  async takeBack(seq, button) {
    button.disabled = true;
    try {
      await postJson(this.section.dataset.recallUrl, { seq });
    } catch (error) {
      button.disabled = false;
      toast(error.message, { kind: "bad" });
    }
  }

  // --- on its way

  waiting(entry) {
    const message = { ...entry, author: "agent", author_id: this.me, author_name: this.section.dataset.personName, internal: entry.internal };
    const line = bubble(message);
    line.dataset.state = "sending";
    line.dataset.mine = "";
    line.append(el("p", "bubble__state", entry.file ? `${t("Sending …")} ${size(entry.size)}` : t("Sending …")));
    this.element.append(line);
    this.element.dispatchEvent(new CustomEvent("thread:end"));
    return line;
  }

  drop(clientId) {
    this.element.querySelector(`[data-state][data-client-id="${CSS.escape(clientId)}"]`)?.remove();
  }

  // --- read marks and typing

  marks() {
    for (const mark of this.element.querySelectorAll("[data-seq] > .bubble__state")) mark.remove();
    const mine = [...this.element.querySelectorAll(".bubble--agent[data-seq]")];
    const seen = mine.findLast((line) => Number(line.dataset.seq) <= this.readByCustomer);
    if (seen) seen.append(el("p", "bubble__state", t("Has been read")));
    const sent = mine.at(-1);
    if (sent && sent !== seen) sent.append(el("p", "bubble__state", t("Delivered")));
  }

  customerRead(seq) {
    this.readByCustomer = Math.max(this.readByCustomer, seq);
    this.marks();
  }

  markRead() {
    const { scrollHeight, scrollTop, clientHeight } = this.pane;
    if (document.hidden || this.seen === this.last || scrollHeight - scrollTop - clientHeight > 80) return;
    if (this.section.dataset.mine !== "yes") return;
    this.seen = this.last;
    // The lane tells the customer; the other door clears what the list counts.
    read(this.thread, this.last);
    postJson(this.section.dataset.readingUrl, { seq: this.last }).catch(() => {});
  }

  typing(data) {
    if (data.text === false) return this.hush();
    const place = this.section.querySelector("[data-typing]");
    if (!place) return;
    const name = data.author === "agent" ? data.name : "";
    place.textContent = name ? t("{name} is typing …", { name }) : t("The customer is typing …");
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.hush(), 5000);
  }

  hush() {
    const place = this.section.querySelector("[data-typing]");
    if (place) place.textContent = "";
  }
}

document.addEventListener("stream:message", ({ detail }) => threadView(detail.data.thread)?.take(detail.data));
document.addEventListener("stream:typing", ({ detail }) => threadView(detail.data.thread)?.typing(detail.data));
document.addEventListener("stream:read", ({ detail }) => detail.data.reader === "customer" && threadView(detail.data.thread)?.customerRead(detail.data.seq));
document.addEventListener("stream:hello", () => open.forEach((view) => view.catchUp()));
document.addEventListener("stream:reset", () => open.forEach((view) => view.catchUp()));
document.addEventListener("line:sent", ({ detail }) => {
  threadView(detail.thread)?.take({ ...detail, author: "agent", author_id: threadView(detail.thread).me, author_name: threadView(detail.thread).section.dataset.personName, kind: detail.kind ?? "text", payload: detail.payload ?? {} }, false, true);
});
document.addEventListener("conversation:standing", ({ target }) => threadView(target.querySelector("[data-thread-view]").dataset.threadView)?.markRead());
document.addEventListener("line:refused", ({ detail }) => threadView(detail.thread)?.drop(detail.client_id));
document.addEventListener("visibilitychange", () => open.forEach((view) => view.markRead()));
