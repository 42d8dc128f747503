/** The phone of the simulator: it writes through the webhook, polls its thread, and reads what came. */

import { getFragment } from "./api.js";
import { refreshTimes } from "./times.js";

const POLL_MS = 1000;
const STORY_MS = 2000;
const TICKS = { queued: "✓", sent: "✓", delivered: "✓✓", read: "✓✓" };

const root = document.getElementById("simulator");
const form = document.getElementById("phone-form");
const list = document.getElementById("phone-messages");
const log = document.getElementById("phone-log");
const typing = document.getElementById("phone-typing");
const error = document.getElementById("phone-error");
const body = form.elements.body;
let shownThread = "";
let isReading = false;
let sends = 0;
let sending = 0;

function ends() {
  return { number: form.elements.number.value, line: form.elements.line.value };
}

async function post(url, facts) {
  const csrf = document.querySelector('meta[name="csrf-token"]').content;
  const response = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf }, body: new URLSearchParams(facts) });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail ?? response.statusText);
  return answer;
}

function showError(text) {
  error.textContent = text;
  error.hidden = !text;
}

function row(message) {
  const item = document.getElementById("phone-message").content.cloneNode(true).querySelector("li");
  item.id = message.sid;
  item.dataset.status = message.status;
  // On the client's phone their own words stand on the right, ours on the left.
  item.dataset.direction = message.is_ours ? "in" : "out";
  item.dataset.author = message.is_ours ? "client" : "consultant";
  const bubble = item.querySelector(".bubble");
  bubble.textContent = message.body || (message.media_url ? "" : `[${message.kind}]`);
  bubble.hidden = !bubble.textContent;
  if (message.media_url) bubble.before(media(message));
  const time = item.querySelector("time");
  time.dateTime = message.at;
  time.textContent = new Date(message.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const ticks = item.querySelector(".ticks");
  if (!message.is_ours) ticks.textContent = TICKS[message.status] ?? "";
  ticks.classList.toggle("read", message.status === "read");
  return item;
}

/** A file of ours as the phone shows it: in place, or as a link. */
function media({ media_url: url, media_type: type }) {
  const name = { image: "img", audio: "audio", video: "video" }[type.split("/")[0]] ?? "a";
  const shown = document.createElement(name);
  if (name === "a") {
    shown.href = url;
    shown.textContent = decodeURIComponent(url.split("/").pop());
  } else {
    shown.src = url;
    if (name === "img") shown.alt = decodeURIComponent(url.split("/").pop());
    else shown.controls = true;
  }
  const place = document.createElement("span");
  place.className = "media";
  place.append(shown);
  return place;
}

function show({ messages, is_typing: isTyping }) {
  const thread = JSON.stringify(messages);
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  typing.hidden = !isTyping;
  if (thread !== shownThread) {
    shownThread = thread;
    update(messages);
  }
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

/** Rows that did not change stay, so that a screen reader hears only what is new. */
function update(messages) {
  const sids = new Set(messages.map((message) => message.sid));
  for (const old of [...list.children]) if (!sids.has(old.id)) old.remove();
  for (const message of messages) {
    const old = document.getElementById(message.sid);
    if (!old) list.append(row(message));
    else if (old.dataset.status !== message.status) old.replaceWith(row(message));
  }
}

async function tellStory() {
  const fragment = await getFragment(`${root.dataset.story}?${new URLSearchParams(ends())}`).catch(() => null);
  const fresh = fragment?.getElementById("story");
  const old = document.getElementById("story");
  if (fresh && fresh.innerHTML !== old.dataset.html) {
    const ours = document.importNode(fresh, true);
    refreshTimes(ours);
    old.replaceWith(ours);
    ours.dataset.html = fresh.innerHTML;
  }
  setTimeout(tellStory, STORY_MS);
}

/** Opening the chat reads it: the CRM hears sent, delivered and read. */
async function read(messages) {
  const isWaiting = messages.some((message) => message.is_ours && message.status !== "read");
  if (!isWaiting || isReading || document.hidden) return;
  isReading = true;
  try {
    await post(root.dataset.read, ends());
  } finally {
    isReading = false;
  }
}

async function poll() {
  try {
    const asked = ends();
    const before = sends;
    const response = await fetch(`${root.dataset.messages}?${new URLSearchParams(asked)}`);
    const facts = await response.json();
    const { number, line } = ends();
    // What was asked before a message was sent does not have it yet.
    const isFresh = before === sends && !sending;
    if (response.ok && isFresh && asked.number === number && asked.line === line) {
      show(facts);
      await read(facts.messages);
    }
  } catch {
    // The server restarts; the next poll will tell.
  } finally {
    setTimeout(poll, POLL_MS);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const facts = Object.fromEntries(new FormData(form));
  const echo = row({ sid: `echo-${++sends}`, body: facts.body.trim(), kind: facts.kind, at: new Date().toISOString() });
  list.append(echo);
  log.scrollTop = log.scrollHeight;
  body.value = "";
  showError("");
  sending++;
  try {
    echo.replaceWith(row(await post(root.dataset.send, facts)));
  } catch (problem) {
    echo.remove();
    body.value = body.value || facts.body;
    showError(problem.message);
  } finally {
    sending--;
  }
  body.focus();
});

body.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

for (const preset of document.querySelectorAll("[data-number]")) {
  preset.addEventListener("click", () => {
    form.elements.number.value = preset.dataset.number;
    form.elements.name.value = preset.dataset.name;
    body.value = preset.dataset.body;
    body.focus();
  });
}

document.getElementById("phone-reset").addEventListener("click", async () => {
  show({ messages: [], is_typing: false });
  await post(root.dataset.reset, ends()).catch((problem) => showError(problem.message));
});

poll();
tellStory();
