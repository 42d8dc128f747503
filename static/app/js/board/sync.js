/** Keeps the cards true: collects which leads changed, fetches them once, exchanges them one by one. */

import { getFragment } from "../api.js";
import { sayCount } from "../words.js";
import { adopt, board, cardOf, cardsIn, columnOf, flash, place, replaceCard, showCounts } from "./cards.js";

const GATHER_MS = 60;
const dirty = new Set();
const held = new Set();
let timer;

export const boardQuery = () => board()?.dataset.query ?? "";

/** A lead changed, as far as we heard; `version` null: look in any case. */
export function mark(leadId, version = null) {
  const card = cardOf(leadId);
  if (version !== null && card && Number(card.dataset.version) >= version) return;
  dirty.add(leadId);
  schedule();
}

/** Leave a card alone while somebody drags it or the server decides about it. */
export function hold(leadId) {
  held.add(leadId);
}

export function release(leadId) {
  held.delete(leadId);
  if (dirty.has(leadId)) schedule();
}

export function schedule(wait = GATHER_MS) {
  clearTimeout(timer);
  timer = setTimeout(flush, wait);
}

/** Only the counts are asked for when no card changed. */
export async function flush() {
  const ids = [...dirty].filter((id) => !held.has(id));
  ids.forEach((id) => dirty.delete(id));
  const query = new URLSearchParams(boardQuery());
  query.set("ids", ids.join(","));
  let fragment;
  try {
    fragment = await getFragment(`/board/cards/?${query}`);
  } catch {
    ids.forEach((id) => dirty.add(id));
    return;
  }
  const fresh = new Map([...fragment.querySelectorAll(".card")].map((card) => [card.dataset.lead, card]));
  for (const id of ids) apply(id, fresh.get(id));
  showCounts(countsIn(fragment));
}

function countsIn(fragment) {
  return [...fragment.querySelectorAll("#counts data")].map((count) => ({
    status: count.value,
    count: Number(count.dataset.count),
    waiting: Number(count.dataset.waiting),
    isCapped: count.dataset.capped === "1",
  }));
}

function apply(id, fetched) {
  const old = cardOf(id);
  if (held.has(id)) {
    dirty.add(id);
    return;
  }
  if (!fetched) {
    old?.remove();
    return;
  }
  if (old && Number(old.dataset.version) > Number(fetched.dataset.version)) return;
  const card = adopt(fetched);
  const movesOver = old && old.dataset.status !== card.dataset.status;
  if (old) replaceCard(old, card);
  if (old?.dataset.position === card.dataset.position && !movesOver) return;
  if (!place(card)) return;
  if (!old) welcome(card);
  else if (movesOver) flash(card);
}

/** A new card must not push away what somebody reads: scrolled columns say that there is something above. */
function welcome(card) {
  flash(card);
  const column = columnOf(card.dataset.status);
  const body = column.querySelector(".column-body");
  if (body.scrollTop < 40) return;
  const pill = column.querySelector(".new-pill");
  const count = Number(pill.dataset.count ?? 0) + 1;
  pill.dataset.count = count;
  pill.textContent = sayCount("new_leads", count);
  pill.hidden = false;
  pill.onclick = () => {
    body.scrollTo({ top: 0, behavior: "smooth" });
    pill.hidden = true;
    pill.dataset.count = 0;
    cardsIn(card.parentElement)[0]?.querySelector(".card-link").focus({ preventScroll: true });
  };
}
