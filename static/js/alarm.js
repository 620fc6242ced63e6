// One alarm for all slow replies: how many, how long the longest; a click goes to the longest wait;
// it closes by itself at zero. Waits come from clocks inside [data-alarm] links on this page; on every
// other page from <script type="application/json" data-waits>[{"id", "since", "red", "url"}]</script>
// in the fragment of one's own state.

import { attach } from "dangban/attach";
import { serverNow, spoken } from "dangban/clock";
import { keep, recall } from "dangban/store";
import { t } from "dangban/words";

const box = document.getElementById("alarm");
const title = document.title;
let told = [];
let rang = 0;

attach("script[data-waits]", (script) => {
  told = JSON.parse(script.textContent);
});

function slow(now) {
  const waits = new Map();
  for (const wait of told) if (now - wait.since >= wait.red * 1000) waits.set(String(wait.id), wait);
  // A hidden page does not fetch its list; what it is told of one's own waits, it still is.
  for (const link of document.hidden ? [] : document.querySelectorAll("[data-alarm]")) {
    const clock = link.querySelector("[data-clock][data-since]");
    if (clock?.dataset.urgency === "red") waits.set(link.dataset.alarm, { since: Number(clock.dataset.since), link });
    else waits.delete(link.dataset.alarm);
  }
  return [...waits.values()].sort((a, b) => a.since - b.since);
}

function show(waits, now) {
  box.hidden = waits.length === 0;
  document.title = waits.length ? `(${waits.length}) ${title}` : title;
  if (!waits.length) return;
  if (!box.firstChild) build();
  box.querySelector("strong").textContent = t("Slow replies: {count}", { count: waits.length });
  box.querySelector("[data-longest]").textContent = t("Longest wait {time}", { time: spoken((now - waits[0].since) / 1000) });
}

function build() {
  const go = document.createElement("button");
  go.type = "button";
  go.className = "alarm__go";
  go.dataset.key = "alt+w";
  go.dataset.keyLabel = t("Longest wait");
  go.append(document.createElement("strong"), Object.assign(document.createElement("span"), { className: "small" }));
  go.lastChild.dataset.longest = "";
  go.addEventListener("click", goToLongest);
  const sound = document.createElement("button");
  sound.type = "button";
  sound.className = "toast__undo";
  sound.addEventListener("click", () => keep("alarm-sound", !recall("alarm-sound", false)) && name(sound));
  name(sound);
  box.append(go, sound);
}

function name(button) {
  button.textContent = recall("alarm-sound", false) ? t("Sound off") : t("Sound on");
}

function goToLongest() {
  const [first] = slow(serverNow());
  if (first?.link) first.link.click();
  else if (first) location.href = first.url;
}

// Two short tones; a browser that wants a click first stays silent.
function ring() {
  if (!recall("alarm-sound", false)) return;
  const audio = new AudioContext();
  for (const [start, pitch] of [[0, 880], [0.18, 660]]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.08;
    tone.frequency.value = pitch;
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + start);
    tone.stop(audio.currentTime + start + 0.14);
  }
  setTimeout(() => audio.close(), 600);
}

if (box) {
  document.addEventListener("clock:tick", ({ detail }) => {
    const waits = slow(detail.now);
    if (waits.length > rang) ring();
    rang = waits.length;
    show(waits, detail.now);
  });
}
