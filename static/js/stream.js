// A stream of events that survives sleep, lost lines and restarts: read with fetch, resumed from
// cursors. Used by our pages, by the shared worker and by the customers' widget; imports nothing.
//
// new Stream({url, token, cursors, on, state}).start()
//   token(fresh)          a promise of the bearer token; fresh = the last one was refused; may fail with
//                         an error that carries a status
//   on({name, id, data})  each event once, in the order of its feed
//   state({name, ...})    open | waiting {seconds} | denied | reset

// A server that comes back is asked by everybody whose line it closed: they come spread over these.
const FIRST_PAUSE = 3000;
const SHORTEST_PAUSE = 200;
const LONGEST_PAUSE = 30000;
const SILENCE = 40000;
const LOOK = 5000;

export class Stream {
  constructor({ url, token, cursors = {}, on, state = () => {}, silence = SILENCE }) {
    this.url = url;
    this.token = token;
    this.cursors = { ...cursors };
    this.on = on;
    this.tell = state;
    this.silence = silence;
    this.failures = 0;
    this.firstPause = FIRST_PAUSE;
    this.running = false;
    this.wake = this.wake.bind(this);
    this.look = this.look.bind(this);
  }

  start() {
    if (this.running) return this;
    this.running = true;
    this.heardAt = this.lookedAt = Date.now();
    this.timer = setInterval(this.look, LOOK);
    self.addEventListener("online", this.wake);
    if (self.document) document.addEventListener("visibilitychange", this.look);
    this.loop();
    return this;
  }

  stop() {
    this.running = false;
    clearInterval(this.timer);
    self.removeEventListener("online", this.wake);
    if (self.document) document.removeEventListener("visibilitychange", this.look);
    this.wake();
  }

  // Drops the line, if any, and tries again now.
  wake() {
    this.failures = 0;
    if (this.line) this.line.abort();
    if (this.endPause) this.endPause();
  }

  // A timer that fires late means the machine slept; a quiet line is a lost line.
  look() {
    const now = Date.now();
    const slept = now - this.lookedAt > LOOK * 4;
    this.lookedAt = now;
    if (slept || now - this.heardAt > this.silence) {
      this.heardAt = now;
      this.wake();
    }
  }

  async loop() {
    let fresh = false;
    while (this.running) {
      const end = await this.connect(fresh).catch((error) => ({ status: error.status }));
      if (!this.running) return;
      if (end.status === 401 && fresh) return this.deny();
      if (end.status === 403) return this.deny();
      fresh = end.status === 401;
      if (end.status === 409) this.reset();
      if (!fresh && end.status !== 409) await this.pause(end.after);
    }
  }

  async connect(fresh) {
    const line = (this.line = new AbortController());
    this.heardAt = Date.now();
    const token = await this.token(fresh);
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream", Authorization: `Bearer ${token}` },
      body: JSON.stringify({ cursors: this.cursors }),
      cache: "no-store",
      signal: line.signal,
    });
    if (!response.ok) return { status: response.status, after: Number(response.headers.get("Retry-After")) * 1000 };
    this.tell({ name: "open" });
    await this.read(response.body.getReader());
    return {};
  }

  async read(reader) {
    const decoder = new TextDecoder();
    const feed = frameReader((frame) => this.take(frame));
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      this.heardAt = Date.now();
      this.failures = 0;
      feed(decoder.decode(value, { stream: true }));
    }
  }

  take(frame) {
    if (frame.retry) this.firstPause = frame.retry;
    if (frame.data === undefined) return;
    const colon = frame.id.lastIndexOf(":");
    if (colon > 0) {
      const name = frame.id.slice(0, colon);
      const place = Number(frame.id.slice(colon + 1));
      if (place <= (this.cursors[name] ?? -1)) return;
      this.cursors[name] = place;
    }
    this.on({ name: frame.name, id: frame.id, data: JSON.parse(frame.data) });
  }

  reset() {
    this.cursors = {};
    this.tell({ name: "reset" });
  }

  deny() {
    this.stop();
    this.tell({ name: "denied" });
  }

  pause(after) {
    const most = Math.min(LONGEST_PAUSE, this.firstPause * 2 ** this.failures);
    const wait = (after > 0 ? after : SHORTEST_PAUSE) + most * Math.random();
    this.failures += 1;
    if (this.failures > 1) this.tell({ name: "waiting", seconds: Math.ceil(wait / 1000) });
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

// Feeds text in pieces of any size; calls back with each whole frame.
export function frameReader(emit) {
  let rest = "";
  let frame = { name: "message", id: "" };
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const raw of lines) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (line === "") {
        if (frame.data !== undefined || frame.retry) emit(frame);
        frame = { name: "message", id: "" };
      } else if (!line.startsWith(":")) {
        field(frame, line);
      }
    }
  };
}

function field(frame, line) {
  const colon = line.indexOf(":");
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  if (name === "event") frame.name = value;
  else if (name === "id") frame.id = value;
  else if (name === "retry") frame.retry = Number(value);
  else if (name === "data") frame.data = frame.data === undefined ? value : `${frame.data}\n${value}`;
}
