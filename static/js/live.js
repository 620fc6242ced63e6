// Joins this page to the stream named in <meta name="stream">, through the shared worker where the
// browser has one. Events reach the page as document events `stream:<name>`; the state of the line
// as `stream:state`.

import { csrfToken, postJson } from "dangban/http";
import { Stream } from "dangban/stream";
import { t } from "dangban/words";

const meta = document.querySelector('meta[name="stream"]');

if (meta) {
  const cursors = JSON.parse(meta.dataset.cursors ?? "{}");
  if (self.SharedWorker) joinWorker(cursors);
  else openHere(cursors);
}

function joinWorker(cursors) {
  const address = new URL(import.meta.resolve("dangban/stream_worker"));
  address.searchParams.set("core", import.meta.resolve("dangban/stream"));
  const worker = new SharedWorker(address, { type: "module", name: `stream ${meta.dataset.person ?? ""}` });
  const hello = {
    type: "hello",
    url: new URL(meta.content, location.href).href,
    tokenUrl: new URL(meta.dataset.tokenUrl, location.href).href,
    csrf: csrfToken(),
    cursors,
  };
  worker.port.onmessage = ({ data }) => (data.type === "event" ? take(data.event) : report(data.state));
  worker.port.start();
  worker.port.postMessage(hello);
  addEventListener("pagehide", () => worker.port.postMessage({ type: "bye" }));
  addEventListener("pageshow", (event) => event.persisted && worker.port.postMessage({ ...hello, cursors: seen }));
}

function openHere(cursors) {
  const token = async () => (await postJson(meta.dataset.tokenUrl)).token;
  new Stream({ url: meta.content, token, cursors, on: take, state: report }).start();
}

const seen = {};

function take(event) {
  const colon = event.id.lastIndexOf(":");
  if (colon > 0) seen[event.id.slice(0, colon)] = Number(event.id.slice(colon + 1));
  document.dispatchEvent(new CustomEvent(`stream:${event.name}`, { detail: event }));
}

function report(state) {
  document.dispatchEvent(new CustomEvent("stream:state", { detail: state }));
  if (state.name === "reset") document.dispatchEvent(new CustomEvent("stream:reset"));
  const place = document.querySelector("[data-stream-state]");
  if (!place) return;
  place.hidden = state.name === "open" || state.name === "reset";
  place.textContent =
    state.name === "denied"
      ? t("You are no longer logged in. Log in again in another tab; what you typed is kept.")
      : navigator.onLine
        ? t("Connection lost; trying again in {seconds} s", { seconds: state.seconds ?? 0 })
        : t("No connection; it will go on by itself");
}
