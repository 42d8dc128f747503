/** News for the person at the desk: a toast, a sound by choice, the bell, a number in the title. */

import { getJson, tabId } from "./api.js";
import { countOnBell, seeNoticesOf, showOnBell, startBell } from "./bell.js";
import { panel } from "./lead/panel.js";
import { toast } from "./notices.js";
import { beep, bindSound } from "./sound.js";
import { say } from "./words.js";

const REFRESH_MS = 1200;
const MOST_AT_ONCE = 3;
const plainTitle = document.title;
const toasted = new Set();
let unseen = 0;
let refreshTimer;
/** Not the highest id: of two notices written at once the later id may be told first. */
const heard = new Set();
let newestAtStart = 0;

const bell = () => document.getElementById("bell");

export function startNews(live, { openLead }) {
  newestAtStart = Number(bell()?.dataset.newest ?? 0);
  live.addEventListener("frame", ({ detail: frame }) => hear(frame, openLead));
  live.addEventListener("notice", ({ detail: notice }) => hearNotice(notice, openLead));
  live.addEventListener("open", () => {
    refreshWaiting();
    catchUp(openLead);
  });
  addEventListener("focus", clearUnseen);
  startBell({ openLead });
  bindSound();
}

/** A lead that has just become ours, long before its notice is written. */
function hear(frame, openLead) {
  refreshWaiting();
  if (frame.origin === tabId) return;
  if (isNewForMe(frame)) {
    const name = frame.lead.name || frame.lead.phone || say("no_name");
    tell({ key: `lead-${frame.lead.id}`, text: say("lead_arrived", { name }), open: () => openLead(frame.lead.id) });
  } else if (frame.type === "whatsapp:message" && frame.data?.message?.direction === "in") {
    countUnseen();
  }
}

function isNewForMe(frame) {
  if (String(frame.lead?.consultant?.id) !== document.body.dataset.user) return false;
  return frame.type === "kanban:lead_created" || frame.data?.action === "assigned";
}

function hearNotice(notice, openLead) {
  if (heard.has(notice.id)) return;
  heard.add(notice.id);
  countOnBell();
  if (notice.lead && notice.lead === panel()?.dataset.lead) seeNoticesOf(notice.lead);
  if (notice.kind === "assigned" && toasted.delete(`lead-${notice.lead}`)) return;
  const open = notice.url ? () => (notice.lead ? openLead(notice.lead) : location.assign(notice.url)) : null;
  const text = [notice.title, notice.text].filter(Boolean).join(". ");
  tell({ key: notice.kind === "assigned" ? `lead-${notice.lead}` : `notice-${notice.id}`, text, open, kind: notice.kind });
}

/** What was said while nobody listened here: the connection was down, or the page was asleep. */
async function catchUp(openLead) {
  const facts = await getJson(`/me/notices/?after=${newestAtStart}`).catch(() => null);
  if (!facts) return;
  const missed = facts.notices.filter((notice) => !heard.has(notice.id) && !notice.is_seen).reverse();
  for (const notice of missed.slice(-MOST_AT_ONCE)) hearNotice(notice, openLead);
  for (const { id } of facts.notices) heard.add(id);
  showOnBell(facts.unseen);
}

function tell({ key, text, open, kind = "" }) {
  toasted.add(key);
  countUnseen();
  if (bell()?.dataset.app === "off") return;
  toast(text, { key, kind: kind === "warned" || kind === "alert" ? "warn" : "", actions: open ? [{ label: say("open"), run: open }] : [] });
  beep();
}

function countUnseen() {
  if (document.hasFocus()) return;
  unseen += 1;
  document.title = `(${unseen}) ${plainTitle}`;
  navigator.setAppBadge?.(unseen).catch(() => {});
}

function clearUnseen() {
  unseen = 0;
  document.title = plainTitle;
  navigator.clearAppBadge?.().catch(() => {});
}

function refreshWaiting() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(async () => {
    const badge = document.getElementById("waiting-count");
    const { waiting } = await getJson("/me/waiting/").catch(() => ({}));
    if (!badge || waiting === undefined) return;
    badge.hidden = waiting === 0;
    badge.querySelector("[data-number]").textContent = waiting > 99 ? "99+" : waiting;
  }, REFRESH_MS);
}
