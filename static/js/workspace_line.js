// The agent's line to the message lane: its token comes with the stream's greeting, and what was
// sent but not acknowledged stands in this browser until the server has it.

import { uuid7 } from "dangban/chat_ids";
import { serverNow } from "dangban/clock";
import { keep, recall } from "dangban/store";

const LANE = "/lane/agent";
const me = document.querySelector("[data-workspace]")?.dataset.person ?? "";
const KEY = `outbox:${me}`;
let greeting = null;
let waiters = [];

document.addEventListener("stream:hello", ({ detail }) => {
  greeting = detail.data;
  for (const go of waiters.splice(0)) go(greeting);
  flush(true);
});

// A token is good for ten minutes; the stream brings the next one in time.
document.addEventListener("stream:token", ({ detail }) => {
  if (greeting) greeting = { ...greeting, ...detail.data };
});

/** The token of the open stream; waits for one while the line is down. */
export function hello() {
  return greeting ? Promise.resolve(greeting) : new Promise((resolve) => waiters.push(resolve));
}

export async function lane(path, { body, raw = false, headers = {}, method = body === undefined ? "GET" : "POST" } = {}) {
  const { token } = await hello();
  let response;
  try {
    response = await fetch(`${LANE}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, Accept: "application/json", ...(raw ? {} : { "Content-Type": "application/json" }), ...headers },
      body: raw ? body : body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
    });
  } catch {
    throw Object.assign(new Error("offline"), { retry: true });
  }
  if (response.ok) return response.status === 204 ? {} : response.json();
  // The stream brings a new token with its next greeting.
  if (response.status === 401) greeting = null;
  const problem = await response.json().catch(() => ({}));
  const passing = response.status >= 500 || [401, 408, 425, 429].includes(response.status);
  throw Object.assign(new Error(problem.detail || String(response.status)), { status: response.status, problem, retry: passing, after: 1000 * Number(response.headers.get("Retry-After") || 0) });
}

export async function follow(thread, since) {
  const { stream } = await hello();
  return lane("/follow", { body: { stream, thread: Number(thread), since } });
}

export const older = (thread, before) => lane(`/threads/${thread}/messages?before=${before}&limit=50`);
export const typing = (thread) => lane(`/threads/${thread}/typing`, { body: { text: true } }).catch(() => {});
export const read = (thread, seq) => lane(`/threads/${thread}/read`, { body: { seq } }).catch(() => {});

export const upload = (thread, file) =>
  lane(`/threads/${thread}/media`, { body: file, raw: true, headers: { "Content-Type": file.type || "application/octet-stream", "X-File-Name": encodeURIComponent(file.name || "file") } });

// --- What is on its way

const asked = new Map();
let running = false;
let pause = 0;
let timer = null;

export const onTheWay = (thread) => recall(KEY, []).filter((entry) => String(entry.thread) === String(thread));

/** Resolves once the server has the line; rejects when it will not take it as it is. */
export function post(thread, line) {
  const entry = { thread: String(thread), client_id: uuid7(), at: serverNow(), ...line };
  keep(KEY, [...recall(KEY, []), entry]);
  return new Promise((resolve, reject) => {
    asked.set(entry.client_id, { resolve, reject });
    flush();
  });
}

/** Learned from the stream that the server has it. */
export function settle(clientId) {
  const rest = recall(KEY, []);
  if (rest.some((entry) => entry.client_id === clientId)) keep(KEY, rest.filter((entry) => entry.client_id !== clientId));
}

export async function flush(atOnce = false) {
  if (atOnce) pause = 0;
  if (running) return;
  running = true;
  clearTimeout(timer);
  try {
    for (let [entry] = recall(KEY, []); entry; [entry] = recall(KEY, [])) await one(entry);
    pause = 0;
  } catch (trouble) {
    pause = Math.max(trouble.after || 0, Math.min(5000, (pause || 400) * 2));
    timer = setTimeout(flush, pause);
  } finally {
    running = false;
  }
}

async function one(entry) {
  const { thread, client_id, kind = "text", body, payload = {}, internal = false, confirmed = false } = entry;
  const waiting = asked.get(client_id);
  try {
    const answer = await lane(`/threads/${thread}/messages`, { body: { client_id, kind, body, payload, internal, confirmed } });
    settle(client_id);
    asked.delete(client_id);
    waiting?.resolve({ ...entry, ...answer });
    document.dispatchEvent(new CustomEvent("line:sent", { detail: { ...entry, ...answer } }));
  } catch (trouble) {
    if (trouble.retry) throw trouble;
    settle(client_id);
    asked.delete(client_id);
    if (waiting) waiting.reject(Object.assign(trouble, { entry }));
    // Typed before this page was loaded: it goes back to where it was typed.
    else keep(`draft:${me}:${thread}:reply`, { text: body, at: Date.now() });
    document.dispatchEvent(new CustomEvent("line:refused", { detail: entry }));
  }
}

addEventListener("online", () => flush(true));
