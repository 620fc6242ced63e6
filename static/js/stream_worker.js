// One stream for all tabs of one log-in. Each page says hello with the cursors it was drawn at and
// gets the stream's last greeting and what it missed from a short memory, or is told to fetch anew. Import maps do not reach
// workers, so the address of stream.js comes in our own address.

const MEMORY = 500;

const ports = new Set();
const memory = [];
let stream = null;
let greeting = null;
let lastState = { name: "waiting", seconds: 0 };

const core = new URL(new URL(self.location.href).searchParams.get("core"), self.location.href);
const ready = core.origin === self.location.origin ? import(core.href) : Promise.reject(new Error("foreign core"));

self.onconnect = (event) => {
  const port = event.ports[0];
  port.onmessage = ({ data }) => (data.type === "hello" ? join(port, data) : ports.delete(port));
  port.start();
};

async function join(port, hello) {
  ports.add(port);
  if (!stream) await open(hello);
  else if (!stream.running) stream.start();
  else if (Object.keys(hello.cursors).some((feed) => !(feed in stream.cursors))) follow(hello.cursors);
  if (greeting) port.postMessage({ type: "event", event: greeting });
  port.postMessage({ type: "state", state: lastState });
  catchUp(port, hello.cursors);
}

async function open(hello) {
  const { Stream } = await ready;
  if (stream) return;
  const token = (fresh) => fetchToken(hello, fresh);
  stream = new Stream({ url: hello.url, token, cursors: hello.cursors, on: take, state: report }).start();
}

// A page knows a feed that the stream does not: the line is opened anew with it.
function follow(cursors) {
  stream.cursors = { ...cursors, ...stream.cursors };
  stream.wake();
}

async function fetchToken({ tokenUrl, csrf }) {
  const response = await fetch(tokenUrl, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": csrf },
    credentials: "same-origin",
  });
  if (!response.ok) throw Object.assign(new Error("token"), { status: response.status });
  return (await response.json()).token;
}

function take(event) {
  if (event.name === "hello") greeting = event;
  else if (event.name === "token") greeting = { ...greeting, data: { ...greeting.data, ...event.data } };
  else if (event.id) memory.push(event);
  if (memory.length > MEMORY) memory.shift();
  for (const port of ports) port.postMessage({ type: "event", event });
}

function report(state) {
  lastState = state;
  for (const port of ports) port.postMessage({ type: "state", state });
}

function catchUp(port, cursors) {
  for (const [feed, place] of Object.entries(cursors)) {
    if ((stream.cursors[feed] ?? place) <= place) continue;
    const known = memory.filter((event) => feedOf(event) === feed);
    if (!known.length || placeOf(known[0]) > place + 1) port.postMessage({ type: "state", state: { name: "reset" } });
    else for (const event of known) if (placeOf(event) > place) port.postMessage({ type: "event", event });
  }
}

const feedOf = (event) => event.id.slice(0, event.id.lastIndexOf(":"));
const placeOf = (event) => Number(event.id.slice(event.id.lastIndexOf(":") + 1));
