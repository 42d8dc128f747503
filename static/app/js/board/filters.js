/** Filters: a plain GET form that the address mirrors, so that a reload or a colleague sees the same. */

import { getFragment } from "../api.js";
import { announce } from "../notices.js";
import { refreshTimes } from "../times.js";
import { say } from "../words.js";
import { board } from "./cards.js";

const TYPING_MS = 250;
let timer;
let asked = 0;

export function bindFilters(onLoaded) {
  const form = document.getElementById("filters");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply(form, onLoaded);
  });
  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => apply(form, onLoaded), event.target.type === "search" ? TYPING_MS : 0);
  });
  document.getElementById("clear-filters").addEventListener("click", (event) => {
    event.preventDefault();
    clear(form);
    apply(form, onLoaded);
  });
}

function clear(form) {
  for (const field of form.elements) {
    if (field.type === "checkbox") field.checked = false;
    else if (field.name) field.value = "";
  }
}

function apply(form, onLoaded) {
  clearTimeout(timer);
  const chosen = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(chosen).toString();
  document.getElementById("clear-filters").hidden = !query;
  history.replaceState(history.state, "", query ? `/?${query}` : "/");
  loadColumns(query, onLoaded);
}

/** Fetch all columns anew, for another filter or after a reset. The answer to the last question counts. */
export async function loadColumns(query, onLoaded) {
  const error = document.getElementById("board-error");
  const question = ++asked;
  board().setAttribute("aria-busy", "true");
  try {
    const fragment = await getFragment(`/?${query}`);
    if (question !== asked) return;
    const fresh = document.importNode(fragment.getElementById("board"), true);
    refreshTimes(fresh);
    board().replaceWith(fresh);
    window.htmx.process(fresh);
    error.hidden = true;
    announce(say("filtered", { count: fresh.querySelectorAll(".card").length }));
    onLoaded(fresh);
  } catch {
    if (question !== asked) return;
    board().removeAttribute("aria-busy");
    error.hidden = false;
    error.querySelector("p").textContent = say("load_failed");
  }
}
