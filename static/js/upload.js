// Files by choosing, dropping or pasting; size and kind are said before anything is sent.

import { attach } from "dangban/attach";
import { csrfToken } from "dangban/http";
import { toast } from "dangban/toast";
import { t } from "dangban/words";

export function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

// What is wrong with a file, or nothing.
export function wrongWith(file, { limit = 0, accept = "" }) {
  if (limit && file.size > limit) return t("The file is {size}; up to {limit} can be sent.", { size: size(file.size), limit: size(limit) });
  const kinds = accept.split(",").map((kind) => kind.trim().toLowerCase()).filter(Boolean);
  const name = file.name.toLowerCase();
  const fits = (kind) => (kind.startsWith(".") ? name.endsWith(kind) : kind.endsWith("/*") ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind);
  return kinds.length && !kinds.some(fits) ? t("This kind of file can't be sent here.") : "";
}

// Sends one file with progress; resolves to the server's JSON.
export function send(url, file, { headers = {}, fields = {}, progress = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = "json";
    for (const [name, value] of Object.entries({ Accept: "application/json", "X-CSRFToken": csrfToken(), ...headers })) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => progress(event.loaded, event.total));
    request.addEventListener("load", () => (request.status < 300 ? resolve(request.response) : reject(new Error(request.response?.detail ?? `HTTP ${request.status}`))));
    request.addEventListener("error", () => reject(new Error(t("Could not reach the server. What you typed is kept."))));
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set("file", file);
    request.send(form);
  });
}

// Collects files for a composer: shows them on the shelf with a button to take each off again.
export function takeFiles(form, { shelf, limit, accept, changed }) {
  let files = [];
  const show = () => {
    shelf.replaceChildren(...files.map((file) => chip(file, () => take(files.filter((other) => other !== file)))));
    shelf.hidden = !files.length;
  };
  const take = (next) => {
    files = next;
    changed(files);
    show();
  };
  const add = (more) => {
    for (const file of more) {
      const wrong = wrongWith(file, { limit, accept });
      if (wrong) toast(`${file.name}: ${wrong}`, { kind: "bad" });
    }
    take([...files, ...more.filter((file) => !wrongWith(file, { limit, accept }))]);
  };
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      add([...input.files]);
      input.value = "";
    });
  }
  form.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    add([...event.clipboardData.files]);
  });
  dropInto(form, add);
  form.addEventListener("composer:cleared", () => take([]));
}

function chip(file, remove) {
  const element = document.createElement("span");
  element.className = "attachment";
  if (file.type.startsWith("image/")) {
    const picture = new Image();
    picture.src = URL.createObjectURL(file);
    picture.alt = "";
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
    element.append(picture);
  }
  const button = Object.assign(document.createElement("button"), { type: "button", className: "toast__close", textContent: "×" });
  button.setAttribute("aria-label", t("Take off {name}", { name: file.name }));
  button.addEventListener("click", remove);
  element.append(Object.assign(document.createElement("span"), { className: "clip", textContent: file.name }), size(file.size), button);
  return element;
}

function dropInto(element, add) {
  element.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    element.dataset.over = "";
  });
  element.addEventListener("dragleave", () => delete element.dataset.over);
  element.addEventListener("drop", (event) => {
    delete element.dataset.over;
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
}

// A form's own file field: data-drop on its label, data-limit in bytes.
attach("[data-drop]", (drop) => {
  const input = drop.querySelector("input[type=file]");
  const chosen = drop.querySelector("[data-drop-chosen]");
  const check = () => {
    const files = [...input.files];
    const wrong = files.map((file) => wrongWith(file, { limit: Number(drop.dataset.limit || 0), accept: input.accept })).find(Boolean) ?? "";
    input.setCustomValidity(wrong);
    chosen.classList.toggle("drop__error", Boolean(wrong));
    chosen.textContent = wrong || files.map((file) => `${file.name} · ${size(file.size)}`).join(", ");
  };
  input.addEventListener("change", check);
  dropInto(drop, (files) => {
    const list = new DataTransfer();
    for (const file of input.multiple ? files : files.slice(0, 1)) list.items.add(file);
    input.files = list.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
});
