// Tells the server once a minute when this person last touched mouse or keyboard, from whichever tab;
// one tab speaks for all. <meta name="presence" content="/presence/activity/">

import { serverNow } from "dangban/clock";
import { postJson } from "dangban/http";
import { keep, recall } from "dangban/store";

const EVERY = 60000;
const GRAIN = 5000;
const meta = document.querySelector('meta[name="presence"]');
let noted = 0;

function note() {
  const now = Date.now();
  if (now - noted < GRAIN) return;
  noted = now;
  keep("last-input", Math.round(serverNow()));
}

async function speak() {
  for (;;) {
    await postJson(meta.content, { last_input: recall("last-input", Math.round(serverNow())) }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

if (meta) {
  for (const name of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) addEventListener(name, note, { passive: true });
  note();
  if (navigator.locks) navigator.locks.request("presence", speak);
  else speak();
}
