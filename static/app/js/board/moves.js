/** Moving a card: shown at once, saved, taken back alone if refused; the last one can be undone. */

import { postJson } from "../api.js";
import { announce, toast } from "../notices.js";
import { say } from "../words.js";
import { cardOf, flash, keepFocus, listOf, neighbours, place, placeInWords, shiftCount, statusName } from "./cards.js";
import { hold, mark, release, schedule } from "./sync.js";

let lastMove = null;
const waiting = new Map();

/** Where a card stands, to come back to. */
export function standing(card) {
  return { status: card.dataset.status, ...neighbours(card) };
}

/** At once, or when the card's last move is saved: keys are pressed faster than that. */
export function afterSaving(card, act) {
  const { lead } = card.dataset;
  if (card.dataset.pending === undefined) act(card);
  else waiting.set(lead, [...(waiting.get(lead) ?? []), act]);
}

function goOn(lead) {
  const [act, ...later] = waiting.get(lead) ?? [];
  waiting.delete(lead);
  const card = cardOf(lead);
  if (!act || !card) return;
  if (later.length) waiting.set(lead, later);
  act(card);
  // What could not be moved, as at the last column, saves nothing
  if (card.dataset.pending === undefined) goOn(lead);
}

/** Put the card at the top or the bottom of another column, then save. */
export function moveTo(card, status, { atBottom = false } = {}) {
  const list = listOf(status);
  if (!list || card.dataset.pending !== undefined) return;
  const from = standing(card);
  keepFocus(card, () => (atBottom ? list.append(card) : list.prepend(card)));
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
  save(card, from);
}

/** One place up or down in its own column, then save. */
export function shift(card, by) {
  const other = by < 0 ? card.previousElementSibling : card.nextElementSibling;
  if (!other || card.dataset.pending !== undefined) return;
  const from = standing(card);
  keepFocus(card, () => (by < 0 ? other.before(card) : other.after(card)));
  card.scrollIntoView({ block: "nearest" });
  save(card, from);
}

/** The card stands in its new place already; `from` is where it stood. */
export async function save(card, from, { isUndo = false } = {}) {
  const status = card.parentElement.dataset.status;
  const { lead } = card.dataset;
  card.dataset.pending = "";
  hold(lead);
  count(from.status, status);
  try {
    const wish = { status, ...neighbours(card), expected_status: from.status };
    const facts = await postJson(`/api/leads/${lead}/move/`, wish);
    accept(card, facts);
    report(card, from, { isUndo });
  } catch (error) {
    waiting.delete(lead);
    count(status, from.status);
    takeBack(card, from, error);
  } finally {
    delete (cardOf(lead) ?? card).dataset.pending;
    release(lead);
    schedule(300);
    goOn(lead);
  }
}

function count(from, to) {
  if (from === to) return;
  shiftCount(from, -1);
  shiftCount(to, 1);
}

/** Without a newer version the next fragment brings the rest of the card. */
function accept(card, facts) {
  card.dataset.status = facts.status;
  if (facts.position !== undefined) card.dataset.position = facts.position;
  mark(card.dataset.lead);
}

function report(card, from, { isUndo }) {
  const { name, lead, status } = card.dataset;
  const where = { name, status: statusName(status), from: statusName(from.status), ...placeInWords(card) };
  if (isUndo) {
    lastMove = null;
    toast(say("undone", where), { key: "move" });
    return;
  }
  lastMove = { lead, from, status };
  if (from.status === status) {
    announce(say("reordered", where));
    return;
  }
  announce(say("moved_at", where));
  toast(say("moved", where), { key: "move", isSpoken: false, actions: [{ label: say("undo"), run: undo }] });
}

function takeBack(card, from, error) {
  const { name, lead } = card.dataset;
  const target = card.parentElement.dataset.status;
  keepFocus(card, () => {
    if (!place(card)) listOf(from.status)?.append(card);
  });
  flash(card);
  mark(lead);
  if (error.status) {
    const truth = statusName(error.facts.lead?.status ?? from.status);
    toast(say("move_refused", { reason: error.message, name, status: truth }), { kind: "danger", key: "move" });
    return;
  }
  toast(say("move_failed", { name, status: statusName(from.status) }), {
    kind: "danger",
    key: "move",
    actions: [{ label: say("retry"), run: () => cardOf(lead) && moveTo(cardOf(lead), target) }],
  });
}

/** A normal move back, so that it fails honestly where somebody acted since. */
export function undo() {
  const card = lastMove && cardOf(lastMove.lead);
  if (!card || card.dataset.pending !== undefined) return;
  const { from } = lastMove;
  const here = standing(card);
  const list = listOf(from.status);
  const above = from.after && cardOf(from.after);
  const below = from.before && cardOf(from.before);
  keepFocus(card, () => {
    if (above?.parentElement === list) above.after(card);
    else if (below?.parentElement === list) below.before(card);
    else list.prepend(card);
  });
  lastMove = null;
  save(card, here, { isUndo: true });
}
