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

function choose(menu, choice) {
  const card = cardOf(menu.dataset.lead);
  menu.close();
  if (!card) return;
  moveTo(card, choice.dataset.to ?? card.dataset.status, { atBottom: choice.dataset.place === "bottom" });
}
