/** Drag and drop. The only module that knows SortableJS. */

import { board } from "./cards.js";
import { save, standing } from "./moves.js";
import { hold, release } from "./sync.js";

const MANY_CARDS = 120;
let from = null;

export function bindDrag() {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const animation = isStill || board().querySelectorAll(".card").length > MANY_CARDS ? 0 : 120;
  for (const list of board().querySelectorAll(".cards")) makeSortable(list, animation);
}

function makeSortable(list, animation) {
  window.Sortable.create(list, {
    group: "board",
    draggable: ".card",
    filter: ".card[data-pending], .card-menu",
    preventOnFilter: false,
    animation,
    // With native dragging SortableJS misses `pointercancel`, so that after a swipe it ignores the next press.
    forceFallback: matchMedia("(pointer: coarse)").matches,
    fallbackOnBody: true,
    delay: 250,
    delayOnTouchOnly: true,
    touchStartThreshold: 8,
    scrollSensitivity: 60,
    onStart: ({ item }) => start(item),
    onMove: ({ to }) => highlight(to),
    onEnd: ({ item, oldIndex, newIndex, from: source, to }) => end(item, source !== to || oldIndex !== newIndex),
  });
}

function start(card) {
  document.documentElement.dataset.dragging = "";
  hold(card.dataset.lead);
  from = standing(card);
}

function highlight(list) {
  for (const column of board().querySelectorAll(".column")) {
    column.classList.toggle("drop", column.contains(list));
  }
}

function end(card, hasMoved) {
  delete document.documentElement.dataset.dragging;
  highlight(null);
  release(card.dataset.lead);
  if (hasMoved) save(card, from);
}
