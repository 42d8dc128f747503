/** The strip of leads that wait for a consultant: kept true, and one click to take a lead. */

import { getFragment, postJson } from "../api.js";
import { openLead } from "../lead/drawer.js";
import { announce, toast } from "../notices.js";
import { refreshTimes } from "../times.js";
import { say, sayCount } from "../words.js";

const GATHER_MS = 80;
const strip = () => document.getElementById("queue");
const countOf = (queue) => Number(queue.querySelector("[data-queue-count]").textContent.replace(/\D/g, ""));
let timer;

export function bindQueue(live) {
  live.addEventListener("frame", ({ detail }) => concerns(detail) && refresh());
  for (const event of ["changes", "reset", "open"]) live.addEventListener(event, () => refresh());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take]");
    const link = event.target.closest("[data-open-lead]");
    if (button) take(button);
    else if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      openLead(link.dataset.openLead);
    }
  });
}

/** Focus the first lead of the strip. Returns false where nobody waits. */
export function focusQueue() {
  const first = strip().querySelector("[data-take], [data-open-lead]");
  first?.focus();
  return Boolean(first);
}

/** Frames name the leads that a manager sees; consultants hear of their pools only that they changed. */
function concerns(frame) {
  if (frame.type === "sync:queue") return true;
  const lead = strip().hasAttribute("data-managers") && frame.lead;
  return Boolean(lead) && (!lead.consultant || strip().querySelector(`[data-queued="${CSS.escape(lead.id)}"]`) !== null);
}

function refresh() {
  clearTimeout(timer);
  timer = setTimeout(load, GATHER_MS);
}

async function load() {
  const fragment = await getFragment("/board/queue/").catch(() => null);
  const fresh = fragment?.getElementById("queue");
  if (fresh) show(document.importNode(fresh, true));
}

/** Exchange the strip; the focus stays with its lead, else with the one now in its place. */
function show(fresh) {
  const old = strip();
  const before = countOf(old);
  const places = [...old.querySelectorAll("[data-queued]")];
  const place = places.findIndex((card) => card.contains(document.activeElement));
  refreshTimes(fresh);
  old.replaceWith(fresh);
  if (place >= 0) focusAt(fresh, place, places[place].dataset.queued);
  if (countOf(fresh) > before) announce(sayCount("queue_waits", countOf(fresh)));
}

function focusAt(queue, place, leadId) {
  const cards = [...queue.querySelectorAll("[data-queued]")];
  const card = cards.find((one) => one.dataset.queued === leadId) ?? cards[Math.min(place, cards.length - 1)];
  (card?.querySelector("[data-take], [data-open-lead]") ?? document.getElementById("main")).focus();
}

async function take(button) {
  button.disabled = true;
  try {
    await postJson(`/api/leads/${button.dataset.take}/take/`);
    announce(say("taken"));
    openLead(button.dataset.take);
  } catch (error) {
    button.disabled = false;
    toast(error.message || say("load_failed"), { kind: "danger", key: "take" });
  }
  refresh();
}
