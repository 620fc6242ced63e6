// What htmx could not do, said where people look. The server's own words come as a fragment that it
// aims at #messages; only a line that failed or an answer without words is worded here.

import { toast } from "dangban/toast";
import { t } from "dangban/words";

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const worded = detail.xhr.status >= 400 && detail.xhr.getResponseHeader("HX-Retarget");
  if (worded) detail.shouldSwap = true;
});

document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.getResponseHeader("HX-Retarget")) return;
  toast(t("Something went wrong on the server. Nothing was lost; please try again."), { kind: "bad" });
});

document.addEventListener("htmx:sendError", () => {
  toast(t("Could not reach the server. What you typed is kept."), { kind: "bad" });
});
