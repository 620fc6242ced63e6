// From the composer to the line: replies through the lane, notes and whispers through their own
// doors. What the speech guard says stands over the composer, with the wording to take instead.

import { attach } from "dangban/attach";
import { el } from "dangban/chat_bubble";
import { postJson } from "dangban/http";
import { insert } from "dangban/menu";
import { recall } from "dangban/store";
import { toast } from "dangban/toast";
import { t } from "dangban/words";
import { post, typing, upload } from "dangban/workspace_line";
import { threadView } from "dangban/workspace_thread";

let picked = [];

document.addEventListener("composer:picked", ({ detail }) => {
  const { item, thread } = detail;
  if (item.card) sendCard(thread, item);
  else if (item.script) picked.push(item);
});

document.addEventListener("composer:send", (event) => {
  const form = event.target;
  const { detail } = event;
  if (detail.mode === "reply" && form.dataset.replies === "no") {
    event.preventDefault();
    toast(t("Take the conversation first; then the customer hears you."), { kind: "bad" });
    return;
  }
  if (detail.mode !== "reply") return aside(form, detail);
  quiet(form);
  const script = picked.findLast((item) => item.insert && detail.text.includes(item.insert.slice(0, 12)));
  picked = [];
  const payload = script ? { script: script.script } : {};
  if (detail.text) reply(form, { body: detail.text, payload }, detail.failed);
  for (const file of detail.files) sendFile(detail.thread, file);
  if (script?.picture) sendPicture(detail.thread, script);
});

async function sendPicture(thread, { picture, label }) {
  const response = await fetch(picture);
  if (!response.ok) return;
  const blob = await response.blob();
  sendFile(thread, new File([blob], `${label || "picture"}.${blob.type.split("/")[1]}`, { type: blob.type }));
}

async function reply(form, line, failed) {
  const { thread } = form.dataset;
  const sent = post(thread, { kind: "text", ...line });
  showWaiting(thread, line);
  try {
    await sent;
  } catch (trouble) {
    failed();
    guard(form, trouble, line);
  }
}

function showWaiting(thread) {
  const view = threadView(thread);
  const entry = recall(`outbox:${document.querySelector("[data-workspace]").dataset.person}`, []).at(-1);
  if (view && entry && String(entry.thread) === String(thread) && !view.element.querySelector(`[data-client-id="${CSS.escape(entry.client_id)}"]`)) view.waiting(entry);
}

async function aside(form, { mode, text, mentions, failed }) {
  if (!text) return;
  try {
    await postJson(form.dataset[mode === "note" ? "noteUrl" : "whisperUrl"], { text, mentions });
  } catch (trouble) {
    failed();
    toast(trouble.message, { kind: "bad" });
  }
}

async function sendFile(thread, file) {
  const view = threadView(thread);
  const shown = view?.waiting({ client_id: `file-${file.name}-${Date.now()}`, at: Date.now(), kind: kindOf(file), body: "", payload: { name: file.name, size: file.size }, local: URL.createObjectURL(file), file: true, size: file.size });
  try {
    const payload = await upload(thread, file);
    await post(thread, { kind: payload.kind, body: "", payload });
  } catch (trouble) {
    toast(`${file.name}: ${trouble.message}`, { kind: "bad" });
  } finally {
    shown?.remove();
  }
}

const kindOf = (file) => (file.type.startsWith("image/") ? "image" : file.type.startsWith("video/") ? "video" : "file");

function sendCard(thread, item) {
  post(thread, { kind: "card", body: item.label, payload: item.card }).catch((trouble) => toast(trouble.message, { kind: "bad" }));
  showWaiting(thread);
}

// --- What the guard says

function guard(form, trouble, line) {
  const box = form.querySelector("[data-guard]");
  const problem = trouble.problem || {};
  if (!box || ![409, 422, 428].includes(trouble.status)) return toast(trouble.message, { kind: "bad" });
  const text = el("p", "guard__text", problem.detail || trouble.message);
  const acts = el("div", "buttons");
  if (problem.offer) acts.append(offer(form, problem.offer));
  if (trouble.status === 428) acts.append(confirm(form, { ...line, client_id: trouble.entry.client_id }));
  else if (ASKED[problem.code] && form.dataset.overrideUrl) acts.append(ask(form, line, ASKED[problem.code]()));
  acts.append(closer(form));
  box.replaceChildren(text, ...(problem.offer ? [el("p", "guard__offer", problem.offer)] : []), acts, because(problem.because));
  box.hidden = false;
  box.dataset.kind = trouble.status === 428 ? "warn" : "bad";
}

function offer(form, wording) {
  const take = button(t("Say this instead"), "button button--primary button--small", "alt+enter");
  take.addEventListener("click", () => {
    const { area } = form.composer;
    area.focus();
    area.select();
    insert(area, wording);
    quiet(form);
  });
  return take;
}

// The same client id again, so that it is one line and one finding.
function confirm(form, line) {
  const go = button(t("Send all the same"), "button button--small");
  go.addEventListener("click", () => {
    const { composer } = form;
    quiet(form);
    composer.area.value = composer.area.value.replace(line.body, "").trim();
    composer.keepDraft();
    reply(form, { ...line, confirmed: true }, () => composer.giveBack(line.body, "reply"));
  });
  return go;
}

// Who may let it pass, by what the refusal says.
const ASKED = { guard: () => t("Ask the leader to let it pass"), guard_supervisor: () => t("Ask a supervisor to let it pass") };

function ask(form, line, wording) {
  const asking = button(wording, "button button--small");
  asking.addEventListener("click", async () => {
    try {
      const { text } = await postJson(form.dataset.overrideUrl, { body: line.body });
      toast(text, { kind: "ok" });
      quiet(form);
    } catch (trouble) {
      toast(trouble.message, { kind: "bad" });
    }
  });
  return asking;
}

function closer(form) {
  const close = button(t("Write it differently"), "button button--quiet button--small");
  close.addEventListener("click", () => {
    quiet(form);
    form.composer.area.focus();
  });
  return close;
}

function because(reasons = []) {
  const box = el("details", "guard__because");
  if (!reasons.length) return el("span");
  box.append(el("summary", "because", t("Why?")));
  for (const reason of reasons) box.append(el("p", "small", [reason.clause, spoken(reason.summary), spoken(reason.value)].filter(Boolean).join(" · ")));
  return box;
}

const spoken = (words) => (typeof words === "string" ? words : words?.[document.documentElement.lang.startsWith("en") ? "en" : "zh"]);

function button(text, className, key = "") {
  const made = el("button", className, text);
  made.type = "button";
  if (key) made.dataset.key = key;
  return made;
}

function quiet(form) {
  const box = form.querySelector("[data-guard]");
  if (!box) return;
  box.hidden = true;
  box.replaceChildren();
}

document.addEventListener("composer:typing", ({ target, detail }) => {
  if (detail.mode !== "reply") return;
  const now = Date.now();
  if (now - Number(target.dataset.spoke || 0) < 3000) return;
  target.dataset.spoke = now;
  typing(detail.thread);
});

attach("[data-composer]", (form) => {
  const key = (event) => {
    if (event.altKey && event.key === "Enter" && !event.isComposing) {
      const take = form.querySelector("[data-guard] .button--primary");
      if (take) {
        event.preventDefault();
        event.stopImmediatePropagation();
        take.click();
      }
    }
    if (event.key === "Escape" && !event.isComposing && !event.defaultPrevented) form.composer.area.blur();
  };
  form.addEventListener("keydown", key, { capture: true });
  const faces = form.querySelector("[data-faces]");
  faces?.addEventListener("click", (event) => {
    const face = event.target.closest("button")?.textContent;
    if (!face) return;
    insert(form.composer.area, face);
    faces.hidePopover();
  });
});
