/** The board without a mouse. Single keys are silent while somebody writes. */

import { openDialog } from "../forms.js";
import { announce } from "../notices.js";
import { say } from "../words.js";
import { allStatuses, board, cardsIn, listOf, statusName } from "./cards.js";
import { openMenu } from "./menu.js";
import { afterSaving, moveTo, shift, undo } from "./moves.js";
import { focusQueue } from "./queue.js";

const ARROWS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);

export function bindKeys({ reply }) {
  document.addEventListener("keydown", (event) => {
    if (isWriting(event.target) || document.querySelector("dialog:modal")) return;
    const card = event.target.closest?.(".card");
    const handled = card ? onCard(event, card, reply) || anywhere(event) : anywhere(event);
    if (handled) event.preventDefault();
  });
}

function isWriting(target) {
  return target.matches?.("input, textarea, select, [contenteditable]") ?? false;
}

function onCard(event, card, reply) {
  if (ARROWS.has(event.key) && !event.ctrlKey && !event.metaKey) {
    if (event.altKey) moveBy(card, event.key);
    else focusFrom(card, event.key);
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const actions = {
    m: () => openMenu(card, ".card-link"),
    "<": () => moveBy(card, "ArrowLeft"),
    ">": () => moveBy(card, "ArrowRight"),
    r: () => reply(card.dataset.lead),
  };
  const action = actions[event.key.toLowerCase()];
  action?.();
  return Boolean(action);
}

function anywhere(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey) {
    undo();
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const actions = {
    "/": () => document.getElementById("q").focus(),
    "?": () => openDialog("help"),
    n: () => openDialog("new-lead"),
    w: () => document.querySelector('#filters [name="waiting"]').click(),
    t: () => focusQueue() || announce(say("queue_is_empty")),
    ArrowDown: () => focusFirst(),
  };
  const action = actions[event.key];
  if (!action || (event.key === "ArrowDown" && event.target !== document.body && event.target.id !== "main")) return false;
  action();
  return true;
}

function moveBy(pressedOn, key) {
  afterSaving(pressedOn, (card) => moveNow(card, key));
}

function moveNow(card, key) {
  if (key === "ArrowUp") shift(card, -1);
  else if (key === "ArrowDown") shift(card, 1);
  else aside(card, key === "ArrowLeft" ? -1 : 1);
}

function aside(card, by) {
  const statuses = allStatuses();
  const target = statuses[statuses.indexOf(card.dataset.status) + by];
  if (target) moveTo(card, target);
  else announce(say("already_there", { name: card.dataset.name, status: statusName(card.dataset.status) }));
}

function focusFrom(card, key) {
  if (key === "ArrowUp") focus(card.previousElementSibling);
  else if (key === "ArrowDown") focus(card.nextElementSibling);
  else focusBeside(card, key === "ArrowLeft" ? -1 : 1);
}

/** The card at the same height of the next column that has any. */
function focusBeside(card, by) {
  const statuses = allStatuses();
  const height = cardsIn(card.parentElement).indexOf(card);
  for (let at = statuses.indexOf(card.dataset.status) + by; statuses[at]; at += by) {
    const cards = cardsIn(listOf(statuses[at]));
    if (cards.length) {
      focus(cards[Math.min(height, cards.length - 1)]);
      return;
    }
  }
}

function focusFirst() {
  focus(board().querySelector(".card"));
}

function focus(card) {
  const link = card?.querySelector?.(".card-link");
  link?.focus({ preventScroll: true });
  card?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
}
