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
    const link = event.target.closest("[data-thread-lead]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open(link);
    } else if (event.target.closest("a[data-thread]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      openThread(event.target.closest("a[data-thread]").getAttribute("href"));
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
  document.addEventListener("keydown", walk);
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

function open(link) {
  return openLead(link.dataset.threadLead, link.dataset.threadConversation);
}

async function openLead(lead, conversation) {
  const query = new URLSearchParams({ conversation: conversation ?? "" });
  try {
    const fragment = await getFragment(`/leads/${lead}/?${query}`);
    pane().replaceChildren(document.importNode(fragment.getElementById("lead-panel"), true));
  } catch (error) {
    toast(say(error.status === 404 ? "lead_gone" : "load_failed"), { kind: "danger" });
    return;
  }
  inbox().dataset.open = "";
  openPanel(live);
  markCurrent();
  (document.getElementById("reply") ?? document.getElementById("lead-name")).focus({ preventScroll: true });
}

async function openThread(address) {
  try {
    const fragment = await getFragment(address);
    pane().replaceChildren(document.importNode(fragment.getElementById("thread-panel"), true));
  } catch (error) {
    toast(say(error.status === 404 ? "chat_gone" : "load_failed"), { kind: "danger" });
    return;
  }
  inbox().dataset.open = "";
  shown();
  (document.getElementById("reply") ?? document.getElementById("thread-name")).focus({ preventScroll: true });
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
  if (lead) openLead(lead, conversation);
  else openThread(`/inbox/conversations/${conversation}/`);
}

/** Somebody on the own line who is no lead yet: the form for one, filled in as far as we know. */
function offerLead({ newFrom, name }) {
  openDialog("new-lead");
  document.getElementById("new-phone").value = newFrom;
  document.getElementById("new-name").value = name === newFrom ? "" : name;
}

function close() {
  const lead = panel()?.dataset.lead;
  const other = thread()?.dataset.thread;
  delete inbox().dataset.open;
  pane().replaceChildren();
  markCurrent();
  live.say({ type: "presence:lead", lead: null });
  document.querySelector(other ? `a[data-thread="${other}"]` : `[data-thread-lead="${lead}"]`)?.focus();
}

const allLinks = () => [...document.querySelectorAll("#threads [data-thread-lead], #threads [data-thread]")];

function isOpenNow({ dataset }) {
  if (dataset.thread) return dataset.thread === thread()?.dataset.thread;
  return dataset.threadLead === panel()?.dataset.lead;
}

function markCurrent() {
  for (const link of allLinks()) {
    const row = link.closest(".thread");
    if (isOpenNow(link)) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

/** J and K walk through the list. */
function walk(event) {
  const by = { j: 1, k: -1 }[event.key];
  if (!by || event.target.matches("input, textarea, select")) return;
  const links = allLinks();
  const at = links.findIndex(isOpenNow);
  const next = links[Math.max(0, Math.min(links.length - 1, at + by))];
  if (next) next.click();
}
