// The customer's chat: optimistic lines, a stream that resumes, nothing lost and nothing doubled.

import { bubble, dayLine, dayOf, el, recalled, size } from "dangban/chat_bubble";
import { Outbox } from "dangban/widget_outbox";
import { CustomerStream } from "dangban/widget_stream";
import { t } from "dangban/words";

const page = document.body.dataset;
const name = `dangban:${page.key}`;
const log = document.getElementById("log");
const scroller = document.getElementById("scroller");
const form = document.getElementById("write");
const area = document.getElementById("text");
const embedded = window.parent !== window;
const shown = new Map();
let token = recall("token");
let last = 0;
let cursor = 0;
let first = Infinity;
let read = 0;
let asking = null;
// A frame that its shop has folded away is not being read.
let visible = true;

function recall(key) {
  try {
    return localStorage.getItem(`${name}:${key}`) || "";
  } catch {
    return "";
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(`${name}:${key}`, value);
  } catch {
    // Without storage the thread lives as long as the page.
  }
}

// --- Who I am: a token that names my thread; a fresh one is asked for with the old one.

async function session() {
  const response = await fetch(page.session, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    body: "{}",
  });
  if (!response.ok) throw Object.assign(new Error("session"), { status: response.status, retry: true });
  const answer = await response.json();
  token = answer.token;
  keep("token", token);
  return token;
}

function ticket(renew = false) {
  if (token && !renew) return Promise.resolve(token);
  asking ??= session().finally(() => { asking = null; });
  return asking;
}

async function call(path, { body, method = body === undefined ? "GET" : "POST", headers = {}, raw = false } = {}, again = true) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: { Authorization: `Bearer ${await ticket()}`, Accept: "application/json", "Accept-Language": document.documentElement.lang, ...(raw ? {} : { "Content-Type": "application/json" }), ...headers },
      body: raw ? body : body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
    });
  } catch {
    throw { retry: true };
  }
  if (response.status === 401 && again) {
    await ticket(true);
    return call(path, { body, method, headers, raw }, false);
  }
  if (response.ok) return response.status === 204 ? {} : response.json();
  const problem = await response.json().catch(() => ({}));
  const passing = response.status >= 500 || [401, 408, 425, 429].includes(response.status);
  throw { retry: passing, after: 1000 * Number(response.headers.get("Retry-After") || 0), reason: problem.detail || t("This could not be sent."), status: response.status };
}

// --- Sending

const outbox = new Outbox(name, {
  async send(entry, file, change) {
    let { payload } = entry;
    if (entry.file && !file && !payload?.key) throw { retry: false, reason: t("The file is no longer kept here. Choose it again.") };
    if (file && !payload?.key) {
      payload = await call(page.media, { body: file, raw: true, headers: { "Content-Type": file.type || "application/octet-stream", "X-File-Name": encodeURIComponent(file.name || "file") } });
      change({ payload, kind: payload.kind });
    }
    const { client_id, body = "" } = entry;
    return call(page.messages, { body: { client_id, kind: payload?.kind || entry.kind, body, payload: payload || {} } });
  },
  changed(entry, state) {
    if (state === "sent") take({ ...asMessage(entry), seq: entry.seq, at: entry.at }, { acknowledged: true });
    else waiting(entry, state);
    if (state === "sent") soon();
  },
});

function asMessage(entry) {
  return { author: "customer", author_name: "", kind: entry.kind, body: entry.body || "", payload: entry.payload || {}, at: entry.at, client_id: entry.client_id, internal: false };
}

function waiting(entry, state) {
  let line = find(entry.client_id);
  if (!line) line = put(bubble(local(entry), looks));
  else if (entry.file && state === "failed") {
    const named = bubble(local(entry), looks);
    line.replaceWith(named);
    line = named;
  }
  line.dataset.state = state;
  const place = line.querySelector(".bubble__state") || line.appendChild(el("p", "bubble__state"));
  place.textContent = state === "failed" ? entry.failed : t("Sending …");
  place.setAttribute("role", state === "failed" ? "alert" : "status");
  if (state !== "failed") return;
  const off = el("button", "link", t("Remove"));
  off.type = "button";
  off.onclick = () => {
    outbox.settle(entry.client_id);
    line.remove();
  };
  place.append(" ", off);
  // A file that was refused is refused again.
  if (entry.file) return;
  const more = el("button", "link", t("Try again"));
  more.type = "button";
  more.onclick = () => {
    outbox.retry(entry.client_id);
    line.dataset.state = "sending";
    place.textContent = t("Sending …");
  };
  off.before(more, " ");
}

function local(entry) {
  const message = asMessage(entry);
  const file = entry.file && outbox.files.memory.get(entry.client_id);
  if (file && !entry.failed) message.local = URL.createObjectURL(file);
  // Without the picture itself, its name: a frame around nothing tells less.
  else if (entry.file && !message.payload.url) message.kind = "file";
  if (entry.name) message.payload = { ...message.payload, name: entry.name, size: entry.size };
  return message;
}

// --- Showing

const looks = {
  nameOf: (message) => (message.author === "customer" ? "" : message.author_name),
};

const find = (clientId) => log.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`);
const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;

function put(line) {
  const end = atEnd();
  log.append(line);
  if (end || line.dataset.author === "customer") scroller.scrollTop = scroller.scrollHeight;
  return line;
}

// Only what the log brought moves the cursor: an acknowledgement may overtake lines before it.
function take(message, { acknowledged = false } = {}) {
  if (!acknowledged) cursor = Math.max(cursor, message.seq);
  if (message.internal || shown.has(message.seq)) return;
  outbox.settle(message.client_id);
  if (message.author === "customer") find(message.client_id)?.remove();
  last = Math.max(last, message.seq);
  first = Math.min(first, message.seq);
  if (message.kind === "recall") {
    const taken = shown.get(Number(message.payload?.seq));
    shown.set(message.seq, el("span"));
    if (taken) recalled(taken, message.author === "customer" ? "" : message.author_name);
    return;
  }
  const line = bubble(message, looks);
  shown.set(message.seq, line);
  place(line, message);
  if (message.author === "agent") quiet();
  if (message.author === "agent" && embedded && !visible && document.body.dataset.ready) parent.postMessage({ dangban: "unread" }, "*");
}

function place(line, message) {
  const end = atEnd();
  const drawn = [...log.querySelectorAll("[data-seq]")];
  const after = drawn.findLast((other) => Number(other.dataset.seq) < message.seq);
  const pending = log.querySelector("[data-state]");
  if (after) after.after(line);
  else if (drawn.length) (drawn[0].previousElementSibling?.matches(".thread__day") ? drawn[0].previousElementSibling : drawn[0]).before(line);
  else if (pending) pending.before(line);
  else log.append(line);
  days(line, message);
  if (end) scroller.scrollTop = scroller.scrollHeight;
}

function days(line, message) {
  const name = dayOf(message.at);
  const next = line.nextElementSibling;
  line.dataset.day = name;
  if (line.previousElementSibling?.dataset.day === name) return;
  if (next?.matches(".thread__day") && next.dataset.day === name) next.remove();
  line.before(dayLine(message.at));
}

async function earlier() {
  const before = Number.isFinite(first) ? `before=${first}&limit=50` : "limit=50";
  const { messages } = await call(`${page.messages}?${before}`);
  const height = scroller.scrollHeight;
  for (const message of messages) take(message);
  document.getElementById("earlier").hidden = messages.length < 50;
  return scroller.scrollHeight - height;
}

document.getElementById("earlier").addEventListener("click", async () => {
  const grown = await earlier();
  scroller.scrollTop += grown;
});

// --- Read marks and typing

function markRead() {
  if (document.hidden || !visible || last <= read || !atEnd()) return;
  read = last;
  call(page.read, { body: { seq: last } }).catch(() => {});
  if (embedded) parent.postMessage({ dangban: "read" }, "*");
}
document.addEventListener("visibilitychange", markRead);
scroller.addEventListener("scroll", () => setTimeout(markRead, 200), { passive: true });

const typing = document.getElementById("typing");
let typingEnds;
function agentTypes(who) {
  typing.textContent = who ? t("{name} is typing …", { name: who }) : t("Typing …");
  clearTimeout(typingEnds);
  typingEnds = setTimeout(quiet, 6000);
}
function quiet() {
  typing.textContent = "";
}
function seenUpTo(seq) {
  for (const line of log.querySelectorAll('.bubble[data-author="customer"]:not([data-state]) > .bubble__state')) line.remove();
  const mine = [...log.querySelectorAll('.bubble--customer[data-seq]')].findLast((line) => Number(line.dataset.seq) <= seq);
  if (mine) mine.append(el("p", "bubble__state", t("Has been read")));
}

let spoke = 0;
area.addEventListener("input", () => {
  keep("draft", area.value);
  grow();
  if (Date.now() - spoke < 3000 || !area.value.trim()) return;
  spoke = Date.now();
  call(page.typing, { body: { text: true } }).catch(() => {});
});
function grow() {
  area.rows = Math.min(5, Math.max(1, area.value.split("\n").length));
  document.body.classList.toggle("has-text", Boolean(area.value.trim()));
}

// --- Writing

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = area.value.trim();
  if (!body) return area.focus();
  if (body.length > Number(page.longest)) return tell(t("Please write up to {count} characters at once.", { count: page.longest }));
  await outbox.add({ kind: "text", body });
  area.value = "";
  keep("draft", "");
  grow();
  area.focus();
});

// Enter that ends an input method's composition is never a send.
area.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  if (matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  form.requestSubmit();
});

const LIMITS = JSON.parse(page.limits);
async function addFile(file) {
  const kind = file.type.startsWith("image/") ? "image" : file.type.startsWith("video/") ? "video" : "file";
  if (file.size > LIMITS[kind]) return tell(t("The file is {size}; up to {limit} can be sent.", { size: size(file.size), limit: size(LIMITS[kind]) }));
  await outbox.add({ kind, name: file.name, size: file.size }, file);
}
for (const input of document.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    for (const file of input.files) addFile(file);
    input.value = "";
  });
}
area.addEventListener("paste", (event) => {
  for (const file of event.clipboardData?.files || []) {
    event.preventDefault();
    addFile(file);
  }
});

const faces = document.getElementById("faces");
document.getElementById("faces-open").addEventListener("click", () => { faces.hidden = !faces.hidden; });
faces.addEventListener("click", (event) => {
  const face = event.target.closest("button")?.textContent;
  if (!face) return;
  area.setRangeText(face, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input"));
  faces.hidden = true;
  area.focus();
});

const notice = document.getElementById("notice");
function tell(text) {
  notice.textContent = text;
  notice.hidden = !text;
}

// --- Who answers and when

const state = document.getElementById("state");
const leave = document.getElementById("leave");
let told = null;

async function look() {
  try {
    told = await call(page.status);
  } catch {
    return;
  }
  state.textContent = told.text;
  document.body.dataset.open = told.open ? "yes" : "no";
  leave.hidden = !told.form || Boolean(recall("left") && Date.now() - recall("left") < 3600000);
  form.hidden = !leave.hidden;
  seenUpTo(told.read || 0);
  rate(told.rating);
  clearTimeout(look.timer);
  look.timer = setTimeout(look, told.waiting ? 15000 : 60000);
}

function soon() {
  clearTimeout(soon.timer);
  soon.timer = setTimeout(look, 500);
}

leave.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(leave);
  const body = String(given.get("body") || "").trim();
  const contact = String(given.get("contact") || "").trim();
  if (!body) return leave.elements.body.focus();
  await outbox.add({ kind: "text", body, payload: contact ? { contact } : {} });
  keep("left", String(Date.now()));
  leave.reset();
  leave.hidden = true;
  form.hidden = false;
});

// --- How was it

const rating = document.getElementById("rating");
function rate(asked) {
  rating.hidden = !asked;
  if (asked) rating.dataset.invitation = asked.id;
}
rating.addEventListener("change", () => { rating.querySelector(".rating__more").hidden = false; });
rating.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(rating);
  const body = { invitation: Number(rating.dataset.invitation), stars: Number(given.get("stars")), reasons: given.getAll("reasons"), text: given.get("text") || "" };
  try {
    await call(page.rating, { body });
    rating.hidden = true;
    tell(t("Thank you. Your word reaches the people who served you."));
    setTimeout(() => tell(""), 6000);
  } catch (trouble) {
    tell(trouble.reason || t("No connection; it will go on by itself"));
  }
});

// --- Beginning

const stream = new CustomerStream({
  url: page.stream,
  since: () => cursor,
  token: ticket,
  on(kind, data) {
    if (kind === "message") {
      take(data);
      markRead();
      if (data.author !== "customer") soon();
    } else if (kind === "typing") agentTypes(data.name);
    else if (kind === "read") seenUpTo(data.seq);
    else if (kind === "changed") soon();
  },
  state(line) {
    document.body.dataset.line = line;
    document.getElementById("line").hidden = line === "open" || navigator.onLine;
  },
});

addEventListener("message", (event) => {
  if (!embedded || event.source !== parent || event.data?.dangban !== "shown") return;
  visible = Boolean(event.data.open);
  markRead();
});
document.getElementById("close")?.addEventListener("click", () => parent.postMessage({ dangban: "close" }, "*"));
if (embedded) document.body.classList.add("embedded");

async function begin() {
  area.value = recall("draft");
  grow();
  for (const entry of outbox.entries) waiting(entry, entry.failed ? "failed" : "sending");
  for (let pause = 500; ; pause = Math.min(15000, pause * 2)) {
    try {
      await ticket(Boolean(token));
      await earlier();
      break;
    } catch {
      await new Promise((resolve) => {
        setTimeout(resolve, pause);
        addEventListener("online", resolve, { once: true });
      });
    }
  }
  scroller.scrollTop = scroller.scrollHeight;
  document.body.dataset.ready = "yes";
  stream.run();
  outbox.flush(true);
  look();
  markRead();
}

begin();
