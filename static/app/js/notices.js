/** Toasts for eyes, live regions for ears. */

import { say } from "./words.js";

const STAYS_MS = 8000;
const MOST = 4;

/** Say a sentence to screen readers. The same sentence twice is said twice. */
export function announce(text, { isUrgent = false } = {}) {
  const region = document.getElementById(isUrgent ? "assertive" : "polite");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => {
    region.textContent = text;
  }, 50);
}

/**
 * Show a sentence for a while. `actions` are `{label, run}`; a toast with the same `key` replaces the
 * one before it.
 */
export function toast(text, { actions = [], kind = "", key = "", isSpoken = true } = {}) {
  const box = document.getElementById("toasts");
  if (key) box.querySelector(`[data-key="${CSS.escape(key)}"]`)?.remove();
  const note = build(text, actions, kind);
  note.dataset.key = key;
  box.append(note);
  while (box.children.length > MOST) box.firstElementChild.remove();
  if (!box.matches(":popover-open")) box.showPopover?.();
  if (isSpoken) announce(text, { isUrgent: kind === "danger" });
  fadeLater(note);
  return note;
}

function build(text, actions, kind) {
  const note = document.createElement("div");
  note.className = `toast ${kind}`.trim();
  const sentence = document.createElement("p");
  sentence.textContent = text;
  note.append(sentence);
  for (const { label, run } of [...actions, { label: say("close"), run: () => {} }]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "linklike";
    button.textContent = label;
    button.addEventListener("click", () => {
      dismiss(note);
      run();
    });
    note.append(button);
  }
  return note;
}

/** A toast that is pointed at or focused stays. */
function fadeLater(note) {
  const timer = setInterval(() => {
    if (note.matches(":hover, :focus-within")) return;
    clearInterval(timer);
    dismiss(note);
  }, STAYS_MS);
}

function dismiss(note) {
  const box = document.getElementById("toasts");
  note.remove();
  if (!box.children.length && box.matches(":popover-open")) box.hidePopover();
}
