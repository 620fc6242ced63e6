// What the customer has sent and the server has not yet acknowledged. Survives reload and sleep:
// lines stand in localStorage before they are shown as sent, files in IndexedDB.

import { uuid7 } from "dangban/chat_ids";

export class Outbox {
  /** `send(entry, file)` resolves with the acknowledgement, or rejects with {retry: bool, after, reason}. */
  constructor(name, { send, changed }) {
    this.name = `${name}:outbox`;
    this.files = new Files(`${name}:files`);
    this.send = send;
    this.changed = changed;
    this.pause = 0;
    this.running = false;
    for (const signal of ["online", "pageshow", "focus"]) addEventListener(signal, () => this.flush(true));
    document.addEventListener("visibilitychange", () => document.hidden || this.flush(true));
  }

  get entries() {
    try {
      return JSON.parse(localStorage.getItem(this.name)) || [];
    } catch {
      return this.memory || [];
    }
  }

  set entries(list) {
    this.memory = list;
    try {
      localStorage.setItem(this.name, JSON.stringify(list));
    } catch {
      // Storage is full or forbidden: the line lives as long as the page.
    }
  }

  async add(line, file = null) {
    const entry = { client_id: uuid7(), at: Date.now(), ...line, file: Boolean(file) };
    if (file) await this.files.put(entry.client_id, file);
    this.entries = [...this.entries, entry];
    this.changed(entry, "sending");
    this.flush();
    return entry;
  }

  /** The server has this line, however we learned of it. */
  settle(clientId) {
    if (!this.entries.some((entry) => entry.client_id === clientId)) return;
    this.entries = this.entries.filter((entry) => entry.client_id !== clientId);
    this.files.remove(clientId);
  }

  retry(clientId) {
    this.#change(clientId, { failed: "" });
    this.flush(true);
  }

  fileOf(entry) {
    return entry.file ? this.files.get(entry.client_id) : null;
  }

  async flush(atOnce = false) {
    if (atOnce) this.pause = 0;
    if (this.running) return;
    this.running = true;
    clearTimeout(this.timer);
    try {
      for (let entry = this.#next(); entry; entry = this.#next()) await this.#one(entry);
      this.pause = 0;
    } catch (trouble) {
      this.pause = Math.max(trouble.after || 0, Math.min(10000, (this.pause || 500) * 2));
      this.timer = setTimeout(() => this.flush(), this.pause * (0.75 + Math.random() / 2));
    } finally {
      this.running = false;
    }
  }

  #next() {
    return this.entries.find((entry) => !entry.failed);
  }

  async #one(entry) {
    try {
      const answer = await this.send(entry, await this.fileOf(entry), (change) => this.#change(entry.client_id, change));
      this.settle(entry.client_id);
      this.changed({ ...entry, ...answer }, "sent");
    } catch (trouble) {
      if (trouble.retry !== false) throw trouble;
      this.#change(entry.client_id, { failed: trouble.reason || "failed" });
      this.changed({ ...entry, failed: trouble.reason }, "failed");
    }
  }

  #change(clientId, change) {
    this.entries = this.entries.map((entry) => (entry.client_id === clientId ? { ...entry, ...change } : entry));
  }
}

class Files {
  constructor(name) {
    this.memory = new Map();
    this.base = new Promise((resolve) => {
      const opening = indexedDB.open(name, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("files");
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => resolve(null);
    }).catch(() => null);
  }

  async #with(mode, act) {
    const base = await this.base;
    if (!base) return undefined;
    return new Promise((resolve, reject) => {
      const transaction = base.transaction("files", mode);
      const asked = act(transaction.objectStore("files"));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = () => reject(transaction.error);
    });
  }

  async put(id, file) {
    this.memory.set(id, file);
    await this.#with("readwrite", (store) => store.put(file, id)).catch(() => {});
  }

  async get(id) {
    return this.memory.get(id) || this.#with("readonly", (store) => store.get(id)).catch(() => undefined);
  }

  async remove(id) {
    this.memory.delete(id);
    await this.#with("readwrite", (store) => store.delete(id)).catch(() => {});
  }
}
