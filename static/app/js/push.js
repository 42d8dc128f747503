/** Browser push: the switch on the page of preferences, and keeping this browser's subscription true. */

import { getJson, postJson, sendJson } from "./api.js";
import { say } from "./words.js";

const USER_KEY = "push-user";
const CHECKED_KEY = "push-checked";
const WORKER = "/push-worker.js";
const SUBSCRIPTIONS = "/api/push/subscriptions/";

const me = () => document.body.dataset.user;
const isPossible = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

export function startPush() {
  const place = document.getElementById("push-here");
  if (place) bindSwitch(place);
  if (!isPossible()) return;
  document.querySelector("form[action='/logout/']")?.addEventListener("submit", leave);
  keep();
}

function bindSwitch(place) {
  const button = place.querySelector("[data-push-switch]");
  button.addEventListener("click", async () => {
    button.disabled = true;
    const failure = await (button.dataset.state === "on" ? forget() : begin()).then(() => "", reasonOf);
    button.disabled = false;
    if (failure) tell(place, failure);
    else location.reload();
  });
  show(place);
}

async function show(place) {
  if (!isPossible()) {
    tell(place, window.isSecureContext ? "push_impossible" : "push_insecure");
    return;
  }
  const button = place.querySelector("[data-push-switch]");
  const isOn = Boolean(await subscription()) && localStorage.getItem(USER_KEY) === me();
  button.dataset.state = isOn ? "on" : "off";
  button.textContent = say(isOn ? "push_switch_off" : "push_switch_on");
  button.hidden = Notification.permission === "denied";
  tell(place, Notification.permission === "denied" ? "push_denied" : isOn ? "push_on" : "push_off");
}

function tell(place, key) {
  place.querySelector("[data-push-state]").textContent = say(key);
}

function reasonOf(error) {
  if (Notification.permission === "denied") return "push_denied";
  return error.name === "NotAllowedError" ? "push_off" : "push_failed";
}

/** To be called from a click: browsers ask for permission then alone. */
async function begin() {
  if ((await Notification.requestPermission()) !== "granted") throw new DOMException("", "NotAllowedError");
  await navigator.serviceWorker.register(WORKER);
  const { public_key: key } = await getJson("/api/push/");
  await subscribe(key);
}

async function subscribe(key) {
  const worker = await navigator.serviceWorker.ready;
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = made.toJSON();
  await postJson(SUBSCRIPTIONS, { endpoint, keys });
  localStorage.setItem(USER_KEY, me());
}

async function subscription() {
  const worker = await navigator.serviceWorker.getRegistration("/");
  return worker?.pushManager.getSubscription();
}

async function forget() {
  const made = await subscription();
  localStorage.removeItem(USER_KEY);
  if (!made) return;
  await sendJson("DELETE", SUBSCRIPTIONS, { endpoint: made.endpoint }).catch(() => {});
  await made.unsubscribe();
}

/** Whoever logs out is not told here any more: the next person at this screen may be somebody else. */
async function leave(event) {
  if (!localStorage.getItem(USER_KEY)) return;
  event.preventDefault();
  await forget().catch(() => {});
  event.target.submit();
}

/** Once a session: somebody else's subscription goes; one made for a former key of ours is made anew. */
async function keep() {
  const made = await subscription().catch(() => null);
  if (!made) return;
  const owner = localStorage.getItem(USER_KEY);
  if (owner !== me()) {
    if (owner) await forget().catch(() => {});
    return;
  }
  if (sessionStorage.getItem(CHECKED_KEY)) return;
  sessionStorage.setItem(CHECKED_KEY, "1");
  const { public_key: key } = await getJson("/api/push/").catch(() => ({}));
  if (!key) return;
  if (textOf(made.options.applicationServerKey) !== key) await made.unsubscribe();
  await subscribe(key).catch(() => {});
}

function textOf(buffer) {
  const letters = String.fromCharCode(...new Uint8Array(buffer ?? []));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
