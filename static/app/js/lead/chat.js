/** The conversation: writing, sending once, drafts, who answers, staying at the end of the log. */

import { newId, postFiles, postJson } from "../api.js";
import { announce, toast } from "../notices.js";
import { say, sayCount } from "../words.js";
import { bindAttachment, takeFile } from "./attachment.js";
import { bindTemplate } from "./template.js";

const HANDS = { "take-over": "took_over", "return-to-agent": "returned", close: "conversation_over", "open-again": "opened_again" };
const NEAR_END_PX = 80;
const isTouch = matchMedia("(pointer: coarse)").matches;
const draftKey = (form) => `draft:${form.dataset.conversation}`;

export function bindChat() {
  bindAttachment();
  bindTemplate();
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "reply-form") return;
    event.preventDefault();
    sendReply(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "reply" || event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || !(event.shiftKey || isTouch)) {
      event.preventDefault();
      sendReply(event.target.form);
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "reply") localStorage.setItem(draftKey(event.target.form), event.target.value);
  });
  document.addEventListener("click", (event) => {
    const hand = event.target.closest("[data-hand]");
    if (hand) changeHands(hand);
    const again = event.target.closest("[data-again]");
    if (again) sendAgain(again);
    if (event.target.closest("#jump")) scrollToEnd();
  });
  document.addEventListener("load", (event) => event.target.closest?.("#messages > :last-child") && scrollToEnd("instant"), true);
  document.addEventListener("toggle", (event) => event.target.id === "by-template" && scrollToEnd("instant"), true);
  document.addEventListener("scroll", (event) => event.target.id === "log" && isNearEnd() && hideJump(), true);
}

/** A conversation has just been put into the page. */
export function openChat() {
  restoreDraft();
  scrollToEnd("instant");
}

/**
 * Before a fresh panel is morphed in: remember whether the reader is at the end and what is not sent
 * yet. The answer restores both afterwards.
 */
export function stickToEnd() {
  const wasNear = isNearEnd();
  const before = countMessages();
  const unsent = [...document.querySelectorAll("#messages > [data-unsent]")];
  return () => {
    restoreDraft();
    for (const bubble of unsent) if (!document.getElementById(bubble.id)) document.getElementById("messages")?.append(bubble);
    const more = countMessages() - before;
    if (wasNear) scrollToEnd("instant");
    else if (more > 0) showJump(more);
  };
}

const log = () => document.getElementById("log");
const countMessages = () => document.querySelectorAll("#messages > .message").length;

function isNearEnd() {
  const box = log();
  return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
}

function scrollToEnd(behavior = "smooth") {
  log()?.scrollTo({ top: log().scrollHeight, behavior });
  hideJump();
}

function showJump(count) {
  const jump = document.getElementById("jump");
  jump.textContent = sayCount("new_message", count);
  jump.hidden = false;
}

function hideJump() {
  const jump = document.getElementById("jump");
  if (jump) jump.hidden = true;
}

function restoreDraft() {
  const form = document.getElementById("reply-form");
  if (!form || form.dataset.restored) return;
  form.dataset.restored = "1";
  form.elements.body.value = localStorage.getItem(draftKey(form)) ?? "";
}

function sendReply(form) {
  const body = form.elements.body.value.trim();
  const file = takeFile(form);
  if (!body && !file) return;
  form.elements.body.value = "";
  localStorage.removeItem(draftKey(form));
  send(form.dataset.conversation, { body, file, clientId: newId() });
}

/** A new attempt; the failed message stays where it is. */
async function sendAgain(button) {
  button.disabled = true;
  try {
    await postJson(`/api/messages/${button.dataset.again}/retry/`);
  } catch (error) {
    toast(error.message || say("network"), { kind: "danger" });
  }
  document.dispatchEvent(new CustomEvent("crm:refresh-lead"));
}

/** The bubble appears at once; `clientId` makes every repetition of the request the same message. */
async function send(conversation, reply) {
  const bubble = showDraft(reply);
  scrollToEnd();
  try {
    await post(`/api/conversations/${conversation}/messages/`, reply);
    document.dispatchEvent(new CustomEvent("crm:refresh-lead"));
  } catch (error) {
    showFailure(bubble, error.message || say("network"), () => {
      bubble.remove();
      send(conversation, reply);
    });
  }
}

function post(url, { body, file, clientId }) {
  if (!file) return postJson(url, { body, client_id: clientId });
  const form = new FormData();
  form.append("client_id", clientId);
  form.append("file", file);
  if (body) form.append("body", body);
  return postFiles(url, form);
}

function showDraft({ body, file, clientId }) {
  document.getElementById(`message-${clientId}`)?.remove();
  const bubble = document.getElementById("message-draft").content.firstElementChild.cloneNode(true);
  bubble.id = `message-${clientId}`;
  bubble.dataset.unsent = "";
  bubble.querySelector(".bubble").textContent = [file?.name, body].filter(Boolean).join("\n");
  document.getElementById("messages").append(bubble);
  return bubble;
}

function showFailure(bubble, reason, retry) {
  const state = bubble.querySelector(".state");
  const text = document.createElement("span");
  text.className = "failed";
  text.textContent = say("not_sent", { reason });
  const button = document.createElement("button");
  button.type = "button";
  button.className = "linklike";
  button.textContent = say("retry");
  button.addEventListener("click", retry);
  state.replaceChildren(text, button);
  announce(text.textContent, { isUrgent: true });
}

async function changeHands(button) {
  button.disabled = true;
  await give(document.getElementById("talk").dataset.conversation, button.dataset.hand);
  button.disabled = false;
}

async function give(conversation, hand) {
  try {
    await postJson(`/api/conversations/${conversation}/${hand}/`);
  } catch (error) {
    toast(error.message || say("load_failed"), { kind: "danger" });
    return;
  }
  if (hand === "close") tellClosed(conversation);
  else announce(say(HANDS[hand]));
  document.dispatchEvent(new CustomEvent("crm:refresh-lead"));
  if (hand === "take-over") focusReplySoon(conversation);
}

function tellClosed(conversation) {
  const again = { label: say("open_again"), run: () => give(conversation, "open-again") };
  toast(say(HANDS.close), { key: "closed", actions: [again] });
}

/** The composer appears with the next refresh of the panel. */
function focusReplySoon(conversation) {
  const talk = document.getElementById("talk");
  if (talk?.dataset.conversation !== conversation) return;
  const watcher = new MutationObserver(() => {
    const reply = document.getElementById("reply");
    if (!reply) return;
    watcher.disconnect();
    reply.focus();
  });
  watcher.observe(talk.closest(".lead").parentElement, { childList: true, subtree: true });
  setTimeout(() => watcher.disconnect(), 3000);
}
