/** The inbox: the list stays true, one conversation is open beside it. */

import { getFragment, postJson } from "./api.js";
import { openDialog } from "./forms.js";
import { openChat, stickToEnd } from "./lead/chat.js";
import { bindPanel, openPanel, panel, refreshPanel } from "./lead/panel.js";
import { toast } from "./notices.js";
import { refreshTimes } from "./times.js";
import { say } from "./words.js";

const GATHER_MS = 150;
let timer;
let live;
/** The address that was asked for last: of two answers, the later may come first. */
let wanted;

const inbox = () => document.getElementById("inbox");
const pane = () => document.getElementById("inbox-pane");
/** The open thread of somebody who is no lead in the reader's sight. */
const thread = () => document.getElementById("thread-panel");

export function startInbox(connection) {
  live = connection;
  bindPanel(live, { onGone: close });
  live.addEventListener("frame", ({ detail }) => {
    refreshList();
    if (detail.lead && detail.lead.id === panel()?.dataset.lead) refreshPanel();
    if (concernsThread(detail)) refreshThread();
  });
  live.addEventListener("refresh", refreshAll);
  document.addEventListener("crm:refresh", refreshAll);
  document.addEventListener("crm:refresh-lead", refreshThread);
  document.addEventListener("crm:chat-adopted", ({ detail }) => showAdopted(detail));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-thread-lead], a[data-thread]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open(link).then(focusReply);
    } else if (event.target.closest("#inbox-pane [data-close-lead]")) {
      event.preventDefault();
      close();
    }
    const stranger = event.target.closest("[data-new-from]");
    if (stranger) {
      event.preventDefault();
      offerLead(stranger.dataset);
    }
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("crm:lead-created", refreshList);
  const filters = document.getElementById("inbox-filters");
  filters.addEventListener("input", refreshList);
  filters.addEventListener("submit", (event) => event.preventDefault());
  if (thread()) shown();
}

function refreshAll() {
  refreshList();
  refreshPanel();
  refreshThread();
}

function refreshList() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const query = new URLSearchParams(new FormData(document.getElementById("inbox-filters")));
    const fragment = await getFragment(`/inbox/threads/?${query}`).catch(() => null);
    if (!fragment) return;
    await window.htmx.swap({
      target: document.getElementById("threads"),
      text: fragment.getElementById("threads").outerHTML,
      swap: "outerMorph",
    });
    refreshTimes(document.getElementById("threads"));
    markCurrent();
  }, GATHER_MS);
}

/** Answers whether the conversation is shown: it may be gone, or another was asked for meanwhile. */
function open(link) {
  const { threadLead, threadConversation } = link.dataset;
  return threadLead ? openLead(threadLead, threadConversation) : openThread(link.getAttribute("href"));
}

async function openLead(lead, conversation) {
  const query = new URLSearchParams({ conversation: conversation ?? "" });
  if (!(await fill(`/leads/${lead}/?${query}`, "lead-panel", "lead_gone"))) return false;
  openPanel(live);
  markCurrent();
  return true;
}

async function openThread(address) {
  if (!(await fill(address, "thread-panel", "chat_gone"))) return false;
  shown();
  return true;
}

async function fill(address, id, gone) {
  wanted = address;
  try {
    const fragment = await getFragment(address);
    if (wanted !== address) return false;
    pane().replaceChildren(document.importNode(fragment.getElementById(id), true));
  } catch (error) {
    toast(say(error.status === 404 ? gone : "load_failed"), { kind: "danger" });
    return false;
  }
  inbox().dataset.open = "";
  return true;
}

function focusReply(isShown = true) {
  const place = isShown && (document.querySelector("#reply, #by-template > summary") ?? pane().querySelector("h1"));
  if (place) place.focus({ preventScroll: true });
}

/** A thread has just been put into the pane. */
function shown() {
  window.htmx.process(thread());
  refreshTimes(thread());
  openChat();
  markThreadRead();
  markCurrent();
}

async function refreshThread() {
  const open = thread();
  if (!open?.dataset.address) return;
  const fragment = await getFragment(open.dataset.address).catch(() => null);
  const fresh = fragment?.getElementById("thread-panel");
  if (!fresh || thread() !== open) return;
  const keepEnd = stickToEnd();
  await window.htmx.swap({ target: open, text: fresh.outerHTML, swap: "outerMorph" });
  refreshTimes(thread());
  keepEnd();
  markThreadRead();
}

function concernsThread(frame) {
  const id = thread()?.dataset.thread;
  const { chat_id: chat, message } = frame.data ?? {};
  return Boolean(id) && (chat === id || message?.conversation === id);
}

function markThreadRead() {
  const { read } = thread()?.dataset ?? {};
  if (!read || document.visibilityState !== "visible") return;
  postJson(read).then(refreshList, () => {});
}

/** The person of a chat is a lead now: the conversation opens where the chat was. */
function showAdopted({ lead, conversation }) {
  refreshList();
  (lead ? openLead(lead, conversation) : openThread(`/inbox/conversations/${conversation}/`)).then(focusReply);
}

/** Somebody on the own line who is no lead yet: the form for one, filled in as far as we know. */
function offerLead({ newFrom, name }) {
  openDialog("new-lead");
  document.getElementById("new-phone").value = newFrom;
  document.getElementById("new-name").value = name === newFrom ? "" : name;
}

function close() {
  const row = allLinks().find(isOpenNow);
  wanted = null;
  delete inbox().dataset.open;
  pane().replaceChildren();
  markCurrent();
  live.say({ type: "presence:lead", lead: null });
  row?.focus();
}

const allLinks = () => [...document.querySelectorAll("#threads [data-thread-lead], #threads [data-thread]")];

/** A lead may have several conversations, each with a row of its own. */
function isOpenNow({ dataset }) {
  if (dataset.thread) return dataset.thread === thread()?.dataset.thread;
  const open = panel()?.dataset;
  return dataset.threadLead === open?.lead && (!dataset.threadConversation || dataset.threadConversation === open.conversation);
}

function markCurrent() {
  for (const link of allLinks()) {
    const row = link.closest(".thread");
    if (isOpenNow(link)) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function onKey(event) {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog:modal")) return;
  const by = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (by) walk(by);
  else if (event.key.toLowerCase() === "r" && document.getElementById("reply")) {
    // Else the letter is written into the reply that is focused now
    event.preventDefault();
    focusReply();
  }
}

/** The row keeps the focus, so that the next letter walks on and is no part of a reply. */
function walk(by) {
  const links = allLinks();
  const focused = links.indexOf(document.activeElement);
  const at = focused < 0 ? links.findIndex(isOpenNow) : focused;
  const next = links[Math.max(0, Math.min(links.length - 1, at + by))];
  if (!next) return;
  next.focus();
  // On a phone the list makes room for the conversation
  open(next).then((isShown) => isShown && !next.offsetParent && pane().querySelector("h1").focus({ preventScroll: true }));
}
