// Small requests of our own beside htmx's: JSON in, JSON out, with the CSRF token.

export class RequestFailed extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

export function csrfToken() {
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
}

export async function getJson(url, { signal } = {}) {
  return answer(await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin", signal }));
}

export async function postJson(url, data = {}, { keepalive = false } = {}) {
  return answer(
    await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      credentials: "same-origin",
      body: JSON.stringify(data),
      keepalive,
    }),
  );
}

async function answer(response) {
  const json = (response.headers.get("Content-Type") ?? "").includes("json");
  const body = json ? await response.json() : null;
  if (!response.ok) throw new RequestFailed(response.status, body);
  return body;
}
