/** The move menu: every drag has a twin that needs one click and no drag. */

import { say } from "../words.js";
import { cardOf } from "./cards.js";
import { moveTo } from "./moves.js";

let opener = null;

export function bindMenu() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) openMenu(button.closest(".card"));
  });
  const menu = document.getElementById("move-menu");
  menu.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-to], [data-place]");
    if (choice) choose(menu, choice);
    else if (event.target === menu) menu.close();
  });
  menu.addEventListener("keydown", (event) => walk(menu, event));
  menu.addEventListener("close", () => cardOf(menu.dataset.lead)?.querySelector(opener ?? "[data-move]")?.focus());
}

export function openMenu(card, returnTo = "[data-move]") {
  const menu = document.getElementById("move-menu");
  opener = returnTo;
  menu.dataset.lead = card.dataset.lead;
  document.getElementById("move-title").textContent = say("move_title", { name: card.dataset.name });
  for (const choice of menu.querySelectorAll("[data-to]")) {
    const isHere = choice.dataset.to === card.dataset.status;
    choice.disabled = isHere;
    choice.querySelector("[data-here]").hidden = !isHere;
  }
  menu.showModal();
  menu.querySelector("[data-to]:enabled")?.focus();
}

/** The arrows go round through the choices; Enter presses the one that has the focus. */
function walk(menu, event) {
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
  const choices = [...menu.querySelectorAll("[data-to]:enabled, [data-place]")];
  const at = choices.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : choices.length - 1) : (at + by + choices.length) % choices.length;
  choices[next].focus();
  event.preventDefault();
}

function choose(menu, choice) {
  const card = cardOf(menu.dataset.lead);
  menu.close();
  if (!card) return;
  moveTo(card, choice.dataset.to ?? card.dataset.status, { atBottom: choice.dataset.place === "bottom" });
}
