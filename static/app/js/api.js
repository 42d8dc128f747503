/** Requests to our own server: JSON for writes, HTML for fragments, one kind of error. */

const TAB_KEY = "tab-id";
const TIMEOUT_MS = 15000;
const UPLOAD_TIMEOUT_MS = 180000;

export const tabId = sessionStorage.getItem(TAB_KEY) ?? newId();
sessionStorage.setItem(TAB_KEY, tabId);

/** What the server refused, or `status` 0 when it could not be reached. */
export class ApiError extends Error {
  constructor(status, facts = {}) {
    super(facts.detail ?? "");
    this.status = status;
    this.code = facts.code ?? "";
    this.fields = facts.fields ?? {};
    this.facts = facts;
  }
}

/** A random id; `crypto.randomUUID` exists on secure origins alone. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

async function ask(url, options, timeout = TIMEOUT_MS) {
  let response;
  try {
    response = await fetch(url, { ...options, credentials: "same-origin", signal: AbortSignal.timeout(timeout) });
  } catch {
    throw new ApiError(0);
  }
  const isAtLogin = response.redirected && new URL(response.url).pathname.startsWith("/login/");
  // Whoever shows the connection says so and leads there, whatever this request was for
  if (isAtLogin || response.status === 401) document.dispatchEvent(new CustomEvent("crm:logged-out"));
  if (isAtLogin) throw new ApiError(401);
  return response;
}

export async function sendJson(method, url, body) {
  const headers = { Accept: "application/json", "X-Client-Id": tabId };
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    headers["X-CSRFToken"] = csrfToken();
  }
  const response = await ask(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const facts = await factsOf(response);
  // Not among the facts of a lead: whether this request made it
  return response.status === 200 ? facts : Object.defineProperty(facts, "isNew", { value: response.status === 201 });
}

/** With files, which may take a while to leave a phone. `facts`: a FormData. */
export async function postFiles(url, facts) {
  const headers = { Accept: "application/json", "X-Client-Id": tabId, "X-CSRFToken": csrfToken() };
  return factsOf(await ask(url, { method: "POST", headers, body: facts }, UPLOAD_TIMEOUT_MS));
}

async function factsOf(response) {
  const facts = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, facts);
  return facts;
}

export const getJson = (url) => sendJson("GET", url);
export const postJson = (url, body = {}) => sendJson("POST", url, body);

/** A form's fields, for pages that answer nothing. */
export async function postForm(url, fields) {
  const response = await ask(url, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
    body: new URLSearchParams(fields),
  });
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
}

/** A fragment rendered by the server, parsed but not in the page yet. Scripts in it do not run. */
export async function getFragment(url) {
  const response = await ask(url, { headers: { "HX-Request": "true", Accept: "text/html" } });
  if (!response.ok) throw new ApiError(response.status);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
