// What a web shop puts on its pages: one button, and behind it the chat in a frame of our origin.
// <script src="https://…/w/embed.js" data-shop="KEY" defer></script>
(() => {
  const script = document.currentScript;
  const key = script?.dataset.shop;
  if (!key || document.getElementById(`dangban-${key}`)) return;
  const origin = new URL(script.src).origin;
  const label = script.dataset.label || "联系客服";
  const side = script.dataset.side === "left" ? "left" : "right";

  const host = document.createElement("div");
  host.id = `dangban-${key}`;
  const shadow = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    .button { position: fixed; bottom: 20px; ${side}: 20px; z-index: 2147483000; display: flex; align-items: center; gap: 8px; min-height: 48px; padding: 0 20px; border: 0; border-radius: 24px;
      background: #0b636b; color: #fff; font: 600 16px/1 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; cursor: pointer; box-shadow: 0 4px 16px rgb(0 0 0 / 25%); }
    .button:focus-visible { outline: 3px solid #fff; outline-offset: -6px; }
    .count { min-width: 20px; padding: 3px 5px; border-radius: 10px; background: #c3271f; font-size: 13px; text-align: center; }
    .frame { position: fixed; bottom: 84px; ${side}: 20px; z-index: 2147483000; width: 380px; height: min(640px, calc(100dvh - 104px)); border: 0; border-radius: 12px; background: #fff; box-shadow: 0 8px 40px rgb(0 0 0 / 30%); }
    [hidden] { display: none; }
    @media (max-width: 500px) { .frame { inset: 0; width: 100%; height: 100dvh; border-radius: 0; } }
  `);
  shadow.adoptedStyleSheets = [sheet];

  const button = document.createElement("button");
  button.className = "button";
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const text = document.createElement("span");
  text.textContent = label;
  const count = document.createElement("span");
  count.className = "count";
  count.hidden = true;
  button.append(text, count);
  shadow.append(button);

  let frame = null;
  let unread = 0;
  const show = (open) => {
    if (open && !frame) {
      frame = document.createElement("iframe");
      frame.className = "frame";
      frame.title = label;
      frame.src = `${origin}/w/${encodeURIComponent(key)}/`;
      frame.allow = "clipboard-write";
      shadow.append(frame);
    }
    if (frame) {
      frame.hidden = !open;
      frame.contentWindow?.postMessage({ dangban: "shown", open }, origin);
    }
    button.setAttribute("aria-expanded", String(open));
    if (open) news(0);
  };
  const news = (number) => {
    unread = number;
    count.hidden = !number;
    count.textContent = String(number);
  };
  button.addEventListener("click", () => show(!frame || frame.hidden));
  addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== frame?.contentWindow) return;
    if (event.data?.dangban === "close") {
      show(false);
      button.focus();
    } else if (event.data?.dangban === "unread" && frame.hidden) news(unread + 1);
    else if (event.data?.dangban === "read") news(0);
  });
  const mount = () => document.body.append(host);
  if (document.body) mount();
  else addEventListener("DOMContentLoaded", mount);
})();
