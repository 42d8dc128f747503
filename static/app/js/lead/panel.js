/** The lead panel, wherever it is shown: tabs, status, consultant, and staying fresh while open. */

import { ApiError, getFragment, postJson, sendJson } from "../api.js";
import { seeNoticesOf } from "../bell.js";
import { toast } from "../notices.js";
import { refreshTimes } from "../times.js";
import { say } from "../words.js";
import { bindChat, openChat, stickToEnd } from "./chat.js";

// From here on the conversation stands beside the other tabs, as in lead.css.
const WIDE_PX = 880;
const GATHER_MS = 120;
const LOOK_AGAIN_MS = 20000;
let timer;
let whenGone = () => {};

export const panel = () => document.getElementById("lead-panel");

/** Once per page. `onGone` runs when the lead is no longer the reader's. */
export function bindPanel(live, { onGone }) {
  whenGone = onGone;
  bindChat();
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("#lead-panel [data-show]");
    if (tab) showTab(tab.dataset.show);
    const other = event.target.closest("#lead-panel .talk-owner [data-conversation]");
    if (other) switchConversation(other.dataset.conversation);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches?.('#lead-panel [role="tab"]')) walkTabs(event);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("#lead-panel [data-change]")) changeFact(event.target);
  });
  document.addEventListener("crm:lead-edited", () => {
    document.getElementById("edit-lead").open = false;
    toast(say("saved"), { key: "saved" });
    refreshPanel();
  });
  document.addEventListener("crm:lead-split", ({ detail }) => {
    toast(say("split", { name: detail.name || detail.phone || detail.email || say("no_name") }), { key: "saved" });
    refreshPanel();
  });
  document.addEventListener("crm:refresh-lead", refreshPanel);
  live.addEventListener("frame", ({ detail }) => hear(detail));
  live.addEventListener("open", () => look(live));
  setInterval(() => panel() && look(live), LOOK_AGAIN_MS);
}

/** A panel has just been put into the page. */
export function openPanel(live) {
  window.htmx.process(panel());
  refreshTimes(panel());
  openChat();
  if (panel().clientWidth >= WIDE_PX && panel().dataset.tab === "chat") showTab("details");
  markRead();
  seeNoticesOf(panel().dataset.lead);
  look(live);
}

function look(live) {
  if (panel() && document.visibilityState === "visible") {
    live.say({ type: "presence:lead", lead: panel().dataset.lead, state: "viewing" });
  }
}

function hear(frame) {
  if (frame.type !== "presence:lead" || panel()?.dataset.lead !== frame.lead) return;
  const others = frame.viewers.filter((viewer) => String(viewer.id) !== document.body.dataset.user);
  const names = others.map((viewer) => viewer.name).join(", ");
  document.getElementById("presence").textContent = names && say("also_here", { names });
}

export function refreshPanel() {
  clearTimeout(timer);
  timer = setTimeout(fetchPanel, GATHER_MS);
}

/** The fresh panel is morphed in: what somebody types and where they are stays. */
async function fetchPanel() {
  const open = panel();
  if (!open) return;
  const query = new URLSearchParams({ tab: open.dataset.tab, conversation: open.dataset.conversation });
  let keepEnd;
  try {
    const fragment = await getFragment(`/leads/${open.dataset.lead}/?${query}`);
    if (panel() !== open) return;
    keepEnd = stickToEnd();
    const { tab } = open.dataset;
    const presence = document.getElementById("presence").textContent;
    await window.htmx.swap({ target: open, text: fragment.getElementById("lead-panel").outerHTML, swap: "outerMorph" });
    document.getElementById("presence").textContent = presence;
    showTab(tab);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      toast(say("lead_gone"));
      whenGone();
    }
    return;
  }
  refreshTimes(panel());
  keepEnd();
  markRead();
}

export function showTab(name) {
  panel().dataset.tab = name;
  for (const tab of panel().querySelectorAll('[role="tab"]')) {
    const isShown = tab.dataset.show === name;
    tab.setAttribute("aria-selected", String(isShown));
    tab.tabIndex = isShown ? 0 : -1;
  }
  if (name === "chat") stickToEnd()();
}

function walkTabs(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const tabs = [...panel().querySelectorAll('[role="tab"]')].filter((tab) => tab.offsetParent);
  const next = tabs[(tabs.indexOf(event.target) + by + tabs.length) % tabs.length];
  showTab(next.dataset.show);
  next.focus();
  event.preventDefault();
}

function switchConversation(id) {
  panel().dataset.conversation = id;
  fetchPanel();
}

async function changeFact(select) {
  const { lead, status } = panel().dataset;
  try {
    if (select.dataset.change === "status") {
      await move([...select.options].find((option) => option.value === status), select.selectedOptions[0]);
    } else {
      const facts = await sendJson("POST", `/api/leads/${lead}/assign/`, select.value ? { consultant: Number(select.value) } : {});
      const name = facts.consultant?.name;
      toast(name ? say("assigned", { name }) : say("unassigned"), { key: "assign" });
    }
  } catch (error) {
    toast(error.message || say("load_failed"), { kind: "danger" });
  }
  refreshPanel();
}

/** `from` and `to` are options of the status menu. */
async function move(from, to, { isUndo = false } = {}) {
  const { lead, name } = panel().dataset;
  const facts = await postJson(`/api/leads/${lead}/move/`, { status: to.value, expected_status: from.value });
  panel().dataset.status = facts.status;
  const actions = isUndo ? [] : [{ label: say("undo"), run: () => takeBack(lead, from, to) }];
  toast(say(isUndo ? "undone" : "moved", { name, status: to.textContent }), { key: "move", actions });
}

async function takeBack(lead, from, to) {
  // Another lead may be open by now
  if (panel()?.dataset.lead !== lead) return;
  try {
    await move(to, from, { isUndo: true });
  } catch (error) {
    toast(error.message || say("load_failed"), { kind: "danger" });
  }
  refreshPanel();
}

/** Somebody who looks at the messages has read them. */
function markRead() {
  const open = panel();
  if (!open || document.visibilityState !== "visible" || open.dataset.unread === "0") return;
  open.dataset.unread = "0";
  const { conversation, lead } = open.dataset;
  postJson(conversation ? `/api/conversations/${conversation}/read/` : `/leads/${lead}/read/`).catch(() => {});
}
