/** Cards in the page: finding them, putting them in their place, counting them. */

import { refreshTimes } from "../times.js";

export const board = () => document.getElementById("board");
export const cardOf = (leadId) => document.getElementById(`lead-${leadId}`);
export const columnOf = (status) => board().querySelector(`.column[data-status="${CSS.escape(status)}"]`);
export const listOf = (status) => columnOf(status)?.querySelector(".cards");
export const statusName = (status) => columnOf(status)?.dataset.name ?? status;
export const cardsIn = (list) => [...list.querySelectorAll(":scope > .card")];
export const allStatuses = () => [...board().querySelectorAll(".column")].map((column) => column.dataset.status);

/** What is beside a card now, as the server's move understands it. */
export function neighbours(card) {
  const after = card.previousElementSibling?.dataset.lead ?? null;
  const before = card.nextElementSibling?.dataset.lead ?? null;
  return { after, before };
}

/** More cards may be in the column than are loaded. */
export function placeInWords(card) {
  const { status } = card.parentElement.dataset;
  const place = cardsIn(card.parentElement).indexOf(card) + 1;
  return { place, total: columnOf(status).querySelector("[data-count-of]").textContent };
}

/** Put a card where its position belongs. False: its place is below what is loaded. */
export function place(card) {
  const list = listOf(card.dataset.status);
  if (!list) return false;
  const next = cardsIn(list).find((other) => other !== card && comesBefore(card, other));
  const hasMore = Boolean(list.parentElement.querySelector(".more"));
  if (!next && hasMore) {
    card.remove();
    return false;
  }
  keepFocus(card, () => list.insertBefore(card, next ?? null));
  return true;
}

/** Positions are larger than JavaScript's exact numbers. */
function comesBefore(card, other) {
  const mine = BigInt(card.dataset.position);
  const theirs = BigInt(other.dataset.position);
  return mine < theirs || (mine === theirs && card.dataset.lead < other.dataset.lead);
}

/** Moving a node in the page takes the focus away from what is in it. */
export function keepFocus(card, change) {
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  change();
  if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
}

/** Exchange a card for its newer self, focus included. */
export function replaceCard(old, fresh) {
  const hadFocus = old.contains(document.activeElement);
  const onMenu = document.activeElement?.matches("[data-move]");
  if (old.hasAttribute("aria-current")) fresh.setAttribute("aria-current", "true");
  old.replaceWith(fresh);
  if (hadFocus) fresh.querySelector(onMenu ? "[data-move]" : ".card-link").focus({ preventScroll: true });
}

export function showCounts(counts) {
  for (const { status, count, waiting, isCapped } of counts) {
    for (const place of document.querySelectorAll(`[data-count-of="${CSS.escape(status)}"]`)) {
      place.textContent = isCapped ? `${count}+` : count;
    }
    const chip = document.querySelector(`[data-waiting-of="${CSS.escape(status)}"]`);
    if (!chip) continue;
    chip.hidden = waiting === 0;
    chip.querySelector("[data-number]").textContent = waiting;
  }
}

/** One more or one less, until the server says how many there are. */
export function shiftCount(status, by) {
  for (const place of document.querySelectorAll(`[data-count-of="${CSS.escape(status)}"]`)) {
    if (/^\d+$/.test(place.textContent)) place.textContent = Math.max(0, Number(place.textContent) + by);
  }
}

export function flash(card) {
  card.classList.add("fresh");
  card.addEventListener("animationend", () => card.classList.remove("fresh"), { once: true });
}

/** A card from another document becomes ours. */
export function adopt(card) {
  const ours = document.importNode(card, true);
  refreshTimes(ours);
  return ours;
}
