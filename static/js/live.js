// Joins this page to the stream named in <meta name="stream">, through the shared worker where the
// browser has one. Events reach the page as document events `stream:<name>` with detail = {id, data};
// the state of the line as `stream:state`.

import { csrfToken, postJson } from "dangban/http";
import { Stream } from "dangban/stream";
import { t } from "dangban/words";

const meta = document.querySelector('meta[name="stream"]');
const seen = meta ? JSON.parse(meta.dataset.cursors ?? "{}") : {};
let state = { name: "" };

if (meta) {
  const rejoin = self.SharedWorker ? joinWorker() : openHere();
  // Somebody logged in again in another tab and comes back to this one.
  addEventListener("focus", () => state.name === "denied" && rejoin());
}

function joinWorker() {
  const address = new URL(import.meta.resolve("dangban/stream_worker"));
  address.searchParams.set("core", import.meta.resolve("dangban/stream"));
  const worker = new SharedWorker(address, { type: "module", name: `stream ${meta.dataset.person ?? ""}` });
  const hello = () =>
    worker.port.postMessage({
      type: "hello",
      url: new URL(meta.content, location.href).href,
      tokenUrl: new URL(meta.dataset.tokenUrl, location.href).href,
      csrf: csrfToken(),
      cursors: seen,
    });
  worker.port.onmessage = ({ data }) => (data.type === "event" ? take(data.event) : report(data.state));
  worker.port.start();
  hello();
  addEventListener("pagehide", () => worker.port.postMessage({ type: "bye" }));
  addEventListener("pageshow", (event) => event.persisted && hello());
  return hello;
}

function openHere() {
  const token = async () => (await postJson(meta.dataset.tokenUrl)).token;
  const stream = new Stream({ url: meta.content, token, cursors: seen, on: take, state: report }).start();
  return () => stream.start();
}

function take(event) {
  const colon = event.id.lastIndexOf(":");
  if (colon > 0) seen[event.id.slice(0, colon)] = Number(event.id.slice(colon + 1));
  document.dispatchEvent(new CustomEvent(`stream:${event.name}`, { detail: event }));
}

function report(next) {
  state = next;
  document.dispatchEvent(new CustomEvent("stream:state", { detail: state }));
  if (state.name === "reset") document.dispatchEvent(new CustomEvent("stream:reset"));
  const place = document.querySelector("[data-stream-state]");
  if (!place) return;
  place.hidden = !["waiting", "denied"].includes(state.name);
  place.textContent = said();
}

function said() {
  if (state.name === "denied") return t("You are no longer logged in. Log in again in another tab; what you typed is kept.");
  if (!navigator.onLine) return t("No connection; it will go on by itself");
  return t("Connection lost; trying again in {seconds} s", { seconds: state.seconds ?? 0 });
}
