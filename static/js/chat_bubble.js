// One line of a thread as people see it. Text is only ever set as text, never as markup.

import { t } from "dangban/words";

const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit" });
const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" });

export const dayOf = (at) => day.format(new Date(at));
export const timeOf = (at) => clock.format(new Date(at));

export function el(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

export function dayLine(at, now = Date.now()) {
  const name = dayOf(at);
  const spoken = name === dayOf(now) ? t("Today") : name === dayOf(now - 86400000) ? t("Yesterday") : name;
  const line = el("p", "thread__day", spoken);
  line.dataset.day = name;
  return line;
}

/** How a line is called in class names: whose it is and what it is. */
export function manner(message) {
  if (message.kind === "event") return "system";
  if (message.kind === "note" || message.kind === "whisper") return message.kind;
  if (message.internal) return "note";
  return message.author;
}

/**
 * @param message {seq, author, author_name, kind, body, payload, internal, at, client_id}
 * @param options {nameOf(message) → the name above it, mark(element) → marks what was searched for}
 */
export function bubble(message, options = {}) {
  const kind = manner(message);
  const element = el("article", `bubble bubble--${kind}`);
  if (message.seq) element.dataset.seq = message.seq;
  if (message.client_id) element.dataset.clientId = message.client_id;
  element.dataset.author = message.author;
  if (kind !== "system") element.append(meta(message, kind, options));
  element.append(body(message, options));
  return element;
}

function meta(message, kind, options) {
  const line = el("p", "bubble__meta");
  const name = options.nameOf ? options.nameOf(message) : message.author_name;
  if (name) line.append(el("span", "bubble__name", name));
  if (kind === "auto") line.append(el("span", "badge", t("Automatic")));
  if (kind === "note") line.append(el("span", "badge badge--warn", t("Internal")));
  if (kind === "whisper") line.append(el("span", "badge badge--info", t("Whisper")));
  const time = el("time", "", timeOf(message.at));
  time.dateTime = new Date(message.at).toISOString();
  time.title = exact.format(new Date(message.at));
  line.append(time);
  return line;
}

function body(message, options) {
  const content = CONTENT[message.kind] || text;
  return content(message, options);
}

function text(message, options) {
  const box = el("div", "bubble__body");
  box.dir = "auto";
  const mentions = message.payload?.mentions || [];
  if (!mentions.length) {
    box.textContent = message.body;
  } else {
    for (const part of cut(message.body, mentions.map((mention) => `@${mention.name}`))) {
      box.append(part.startsWith("@") && mentions.some((mention) => `@${mention.name}` === part) ? el("span", "mention", part) : part);
    }
  }
  const contact = message.payload?.contact;
  if (contact) box.append(el("span", "bubble__contact", `\n${t("To be reached at {contact}", { contact })}`));
  if (options.mark) options.mark(box);
  return box;
}

function cut(body, names) {
  let parts = [body];
  for (const name of names) {
    parts = parts.flatMap((part) => (names.includes(part) ? [part] : part.split(name).flatMap((piece, index) => (index ? [name, piece] : [piece]))));
  }
  return parts.filter(Boolean);
}

function image(message) {
  const box = el("div", "bubble__body bubble__media");
  const link = el("a");
  link.target = "_blank";
  link.rel = "noopener";
  const picture = el("img");
  picture.alt = message.payload?.name || t("Picture");
  picture.loading = "lazy";
  sized(picture, message.payload);
  source(message, (address) => {
    picture.src = address;
    link.href = address;
  });
  link.append(picture);
  box.append(link);
  if (message.body) box.append(el("p", "bubble__caption", message.body));
  return box;
}

function video(message) {
  const box = el("div", "bubble__body bubble__media");
  const player = el("video");
  player.controls = true;
  player.preload = "metadata";
  player.playsInline = true;
  source(message, (address) => { player.src = address; });
  box.append(player);
  return box;
}

function file(message) {
  const box = el("div", "bubble__body");
  const link = el("a", "bubble__file");
  link.append(el("span", "bubble__file-name", message.payload?.name || t("File")), el("span", "muted", size(message.payload?.size)));
  link.download = message.payload?.name || "";
  source(message, (address) => { link.href = address; });
  box.append(link);
  return box;
}

function card(message, options) {
  const about = message.payload || {};
  if (!about.title) return text(message, options);
  const box = el("div", "bubble__body bubble__body--card");
  const link = el(safe(about.url) ? "a" : "div", "product-card");
  if (safe(about.url)) {
    link.href = about.url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  const picture = el("span", "product-card__picture", safe(about.image) ? "" : (about.title || "").slice(0, 1));
  if (safe(about.image)) {
    const shown = el("img", "product-card__picture");
    shown.src = about.image;
    shown.alt = "";
    shown.loading = "lazy";
    link.append(shown);
  } else {
    link.append(picture);
  }
  link.append(el("span", "product-card__name", about.title || message.body));
  if (about.sub) link.append(el("span", "product-card__sub", about.sub));
  const foot = el("span", "product-card__foot");
  if (Number.isFinite(about.price_fen)) foot.append(el("strong", "money", `¥${(about.price_fen / 100).toFixed(2)}`));
  link.append(foot);
  box.append(link);
  return box;
}

function event(message) {
  return el("div", "bubble__body", message.body);
}

const CONTENT = { text, note: text, whisper: text, image, video, file, card, event };

function source(message, set) {
  const address = message.local || message.payload?.url;
  if (address && (message.local || safe(address))) set(address);
}

function sized(picture, about) {
  if (!about?.width || !about?.height) return;
  const scale = Math.min(1, 280 / about.width, 280 / about.height);
  picture.width = Math.round(about.width * scale);
  picture.height = Math.round(about.height * scale);
}

const safe = (address) => typeof address === "string" && /^(https:\/\/|\/)(?!\/)/.test(address.replace(/^https:\/\//, "https://x"));

export function size(bytes) {
  if (!bytes) return "";
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

/** A recalled line keeps its place and says only that it was taken back. */
export function recalled(element, name) {
  element.dataset.recalled = "";
  const box = element.querySelector(".bubble__body");
  box.className = "bubble__body";
  box.textContent = name ? t("{name} took back a message", { name }) : t("Message taken back");
  element.querySelector(".bubble__acts")?.remove();
}
