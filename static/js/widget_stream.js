// The customer's stream: read over fetch so that the token stays out of addresses. Reconnects from
// the last line seen, with growing pauses spread over seconds, so that a server which comes back is not
// asked by everybody at once; and without a pause when the screen comes back on.

const SILENCE = 40000;
const FIRST_PAUSE = 3000;
const SHORTEST_PAUSE = 200;
const LONGEST_PAUSE = 12000;

export class CustomerStream {
  constructor({ url, since, token, on, state }) {
    Object.assign(this, { url, since, token, on, state, pause: 0, stopped: false });
    for (const signal of ["online", "pageshow"]) addEventListener(signal, () => this.#wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.#wake());
  }

  async run() {
    while (!this.stopped) {
      try {
        await this.#read();
        this.pause = 0;
      } catch (trouble) {
        if (trouble.status === 401) await this.token(true).catch(() => {});
      }
      this.state("waiting");
      this.pause = Math.min(LONGEST_PAUSE, this.pause * 2 || FIRST_PAUSE);
      await new Promise((resolve) => {
        this.resume = resolve;
        setTimeout(resolve, SHORTEST_PAUSE + this.pause * Math.random());
      });
    }
  }

  #wake() {
    this.pause = 0;
    // A sleeping phone keeps a dead line looking open.
    if (this.heard && Date.now() - this.heard > 20000) this.abort?.abort();
    this.resume?.();
  }

  async #read() {
    this.abort = new AbortController();
    const response = await fetch(this.url, {
      method: "POST",
      headers: { Authorization: `Bearer ${await this.token()}`, "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify({ since: this.since() }),
      signal: this.abort.signal,
      cache: "no-store",
    });
    if (!response.ok) throw Object.assign(new Error("stream"), { status: response.status });
    this.state("open");
    this.pause = 0;
    const watch = setInterval(() => Date.now() - this.heard > SILENCE && this.abort.abort(), 5000);
    try {
      await this.#frames(response.body.getReader());
    } finally {
      clearInterval(watch);
    }
  }

  async #frames(reader) {
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      this.heard = Date.now();
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const frames = rest.split(/\r?\n\r?\n/);
      rest = frames.pop();
      for (const frame of frames) this.#frame(frame);
    }
  }

  #frame(text) {
    let name = "message";
    const data = [];
    for (const line of text.split(/\r?\n/)) {
      if (line.startsWith("event:")) name = line.slice(6).trim();
      else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    }
    if (data.length) this.on(name, JSON.parse(data.join("\n")));
  }
}
