/** A lead beside the board: opened from a card, with an address of its own, closed by Esc and Back. */

import { getFragment } from "../api.js";
import { cardOf } from "../board/cards.js";
import { toast } from "../notices.js";
import { say } from "../words.js";
import { bindPanel, openPanel, panel, refreshPanel } from "./panel.js";

// Where somebody writes: freely, or by a template alone.
const REPLY = "#reply, #by-template > summary";
let opener = null;
let openedLead = null;
let boardAddress = "/";
let live = null;

const drawer = () => document.getElementById("drawer");

export function bindDrawer(connection) {
  live = connection;
  bindPanel(live, { onGone: closeDrawer });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".card-link");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      openLead(link.closest(".card").dataset.lead);
    } else if (event.target.closest("[data-close-lead]")) {
      event.preventDefault();
      closeDrawer();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drawer().open && !document.querySelector("dialog:modal, .menu[open]")) closeDrawer();
  });
  addEventListener("popstate", () => followAddress());
}

export async function openLead(leadId, { focusReply = false, isBack = false } = {}) {
  const url = `/leads/${leadId}/`;
  opener = document.activeElement;
  openedLead = leadId;
  if (!drawer().open) boardAddress = isBack ? boardAddress : location.pathname + location.search;
  try {
    const fragment = await getFragment(url);
    const fresh = document.importNode(fragment.getElementById("lead-panel"), true);
    drawer().replaceChildren(fresh);
  } catch (error) {
    toast(say(error.status === 404 ? "lead_gone" : "load_failed"), { kind: "danger" });
    return;
  }
  if (!drawer().open) drawer().show();
  if (!isBack && location.pathname !== url) history.pushState({ lead: leadId }, "", url);
  markCurrent(leadId);
  openPanel(live);
  const reply = focusReply && document.querySelector(REPLY);
  (reply || document.getElementById("lead-name")).focus({ preventScroll: true });
}

/** Fetch the open lead again, if it is this one and older than `version`. */
export function refreshLead(leadId, version) {
  const open = panel();
  if (open?.dataset.lead !== leadId) return;
  if (version === null || Number(open.dataset.version) < version) refreshPanel();
}

function closeDrawer({ isBack = false } = {}) {
  if (!drawer().open) return;
  drawer().close();
  drawer().replaceChildren();
  markCurrent(null);
  live.say({ type: "presence:lead", lead: null });
  if (!isBack && location.pathname !== "/") history.pushState(null, "", boardAddress);
  focusWhereItOpened();
}

/** The card may have been exchanged for a newer one meanwhile. */
function focusWhereItOpened() {
  const link = cardOf(openedLead)?.querySelector(".card-link");
  (opener?.isConnected && opener !== document.body ? opener : link)?.focus({ preventScroll: true });
}

function followAddress() {
  const leadId = location.pathname.match(/^\/leads\/([0-9a-f-]{36})\/$/)?.[1];
  if (leadId) openLead(leadId, { isBack: true });
  else closeDrawer({ isBack: true });
}

function markCurrent(leadId) {
  document.querySelector('.card[aria-current="true"]')?.removeAttribute("aria-current");
  if (leadId) cardOf(leadId)?.setAttribute("aria-current", "true");
}
