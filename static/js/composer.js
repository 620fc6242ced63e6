// The composer of a conversation. It hands a message over as a `composer:send` event and keeps what
// was typed until that message is taken: detail = {thread, mode, text, files, mentions, clientId, failed}.
// Each mode (reply, note, whisper) has a text of its own: a note can't slip out to a customer.

import { attach } from "dangban/attach";
import { postJson } from "dangban/http";
import { isComposing } from "dangban/keys";
import { Completion, insert } from "dangban/menu";
import { keep, recall } from "dangban/store";
import { takeFiles } from "dangban/upload";

const SAVE_AFTER = 1500;

attach("[data-composer]", (form) => {
  const composer = new Composer(form);
  form.composer = composer;
  return () => composer.leave();
});

export class Composer {
  constructor(form) {
    this.form = form;
    this.area = form.querySelector("[data-composer-text]");
    this.thread = form.dataset.thread;
    this.mode = "reply";
    this.files = [];
    this.mentions = new Map();
    this.restore();
    this.area.addEventListener("input", () => this.changed());
    this.area.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("submit", (event) => this.submit(event));
    for (const button of this.modes()) button.addEventListener("click", () => this.switchTo(button.dataset.composerMode));
    this.complete();
    this.takeFiles();
  }

  modes() {
    return this.form.querySelectorAll("[data-composer-mode]");
  }

  // --- drafts

  draftKey(mode = this.mode) {
    return `draft:${this.form.dataset.person ?? ""}:${this.thread}:${mode}`;
  }

  // The newer of what this browser and what the server kept.
  restore() {
    const here = recall(this.draftKey());
    const there = this.mode === "reply" ? { text: this.area.dataset.draft ?? "", at: Number(this.area.dataset.draftAt ?? 0) } : null;
    const newer = here && here.at >= (there?.at ?? 0) ? here : there;
    this.area.value = newer?.text ?? "";
  }

  changed() {
    this.keepDraft();
    this.form.dispatchEvent(new CustomEvent("composer:typing", { bubbles: true, detail: { thread: this.thread, mode: this.mode } }));
  }

  keepDraft() {
    const text = this.area.value;
    keep(this.draftKey(), text ? { text, at: Date.now() } : null);
    clearTimeout(this.saving);
    if (this.mode === "reply" && this.form.dataset.draftUrl) this.saving = setTimeout(() => this.saveDraft(), SAVE_AFTER);
  }

  // A draft that the server did not get stays in this browser; it is sent again with the next letter.
  saveDraft(options) {
    this.saving = null;
    postJson(this.form.dataset.draftUrl, { text: this.area.value }, options).catch(() => {});
  }

  leave() {
    if (!this.saving) return;
    clearTimeout(this.saving);
    this.saveDraft({ keepalive: true });
  }

  // --- modes

  switchTo(mode) {
    if (mode === this.mode) return this.area.focus();
    // What waits to be saved is this mode's text: once the area holds another, it would never be.
    this.leave();
    keep(this.draftKey(), this.area.value ? { text: this.area.value, at: Date.now() } : null);
    this.mode = mode;
    this.form.dataset.mode = mode;
    for (const button of this.modes()) button.setAttribute("aria-pressed", String(button.dataset.composerMode === mode));
    const placeholder = this.form.querySelector(`[data-composer-mode="${CSS.escape(mode)}"]`)?.dataset.placeholder;
    if (placeholder) this.area.placeholder = placeholder;
    this.restore();
    this.area.focus();
  }

  // --- completion

  complete() {
    const { scriptsSrc, colleaguesSrc, productsSrc } = this.form.dataset;
    const picked = (item) => this.form.dispatchEvent(new CustomEvent("composer:picked", { bubbles: true, detail: { item, thread: this.thread } }));
    const put = (item) => {
      insert(this.area, item.insert ?? item.label);
      picked(item);
    };
    if (scriptsSrc) new Completion(this.area, { trigger: "/", src: scriptsSrc, choose: put });
    if (productsSrc) new Completion(this.area, { trigger: "#", src: productsSrc, choose: put });
    if (colleaguesSrc) {
      const enabled = () => this.mode !== "reply";
      new Completion(this.area, { trigger: "@", src: colleaguesSrc, enabled, choose: (item) => this.mention(item) });
    }
  }

  mention(item) {
    this.mentions.set(item.id, item.label);
    insert(this.area, `@${item.label} `);
  }

  // --- files

  takeFiles() {
    const shelf = this.form.querySelector("[data-composer-files]");
    if (!shelf) return;
    const limit = Number(this.form.dataset.limit || 0);
    takeFiles(this.form, { shelf, limit, accept: this.form.dataset.accept ?? "", changed: (files) => (this.files = files) });
  }

  // --- sending

  key(event) {
    if (event.key !== "Enter" || isComposing(event) || event.defaultPrevented) return;
    const enterSends = (this.form.dataset.enter ?? "send") === "send";
    const asked = event.ctrlKey || event.metaKey || (enterSends && !event.shiftKey && !event.altKey);
    if (!asked) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  submit(event) {
    event.preventDefault();
    const text = this.area.value.trim();
    if (!text && !this.files.length) return this.area.focus();
    const { thread, mode, files } = this;
    const mentions = [...this.mentions].filter(([, name]) => text.includes(`@${name}`)).map(([id]) => id);
    const before = this.area.value;
    const failed = () => this.giveBack(before, mode);
    const detail = { thread, mode, text, files, mentions, clientId: newId(), failed };
    const taken = this.form.dispatchEvent(new CustomEvent("composer:send", { bubbles: true, cancelable: true, detail }));
    if (taken) this.clear();
  }

  clear() {
    this.area.value = "";
    this.mentions.clear();
    this.files = [];
    this.form.dispatchEvent(new CustomEvent("composer:cleared"));
    this.keepDraft();
    this.area.focus();
  }

  // What was not taken comes back before what has been typed since.
  giveBack(text, mode) {
    if (mode !== this.mode) return keep(this.draftKey(mode), { text, at: Date.now() });
    this.area.value = this.area.value ? `${text}\n${this.area.value}` : text;
    this.keepDraft();
  }
}

// Time-ordered (UUID version 7), so that the server's unique index grows at its end.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let place = 0; place < 6; place += 1) bytes[place] = Math.floor(now / 256 ** (5 - place)) % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
