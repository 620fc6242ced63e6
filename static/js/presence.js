// Says once a minute that this person is at work, if mouse or keyboard was touched in any tab since;
// one tab speaks for all. The token is the stream's.

import { keep, recall } from "dangban/store";

const EVERY = 60000;
const GRAIN = 5000;
const meta = document.querySelector('meta[name="presence"]');
let token = "";
let noted = 0;

for (const name of ["stream:hello", "stream:token"]) {
  document.addEventListener(name, ({ detail }) => (token = detail.data.token ?? token));
}

function note() {
  const now = Date.now();
  if (now - noted < GRAIN) return;
  noted = now;
  keep("last-input", now);
}

async function speak() {
  for (;;) {
    if (token && Date.now() - recall("last-input", 0) < EVERY) {
      await fetch(meta.content, { method: "POST", headers: { Authorization: `Bearer ${token}` } }).catch(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

if (meta) {
  for (const name of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) addEventListener(name, note, { passive: true });
  note();
  if (navigator.locks) navigator.locks.request("presence", speak);
  else speak();
}
