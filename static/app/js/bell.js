/** The bell in the header: how many notices are new, and the list of the latest. Opening it is seeing them. */

import { getJson, postForm, postJson } from "./api.js";
import { refreshTimes } from "./times.js";

const MOST_SHOWN = 99;

const badge = () => document.getElementById("unseen-count");
let count = 0;

export function startBell({ openLead }) {
  if (!badge()) return;
  count = badge().hidden ? 0 : Number(badge().querySelector("[data-number]").textContent);
  const list = document.getElementById("notices");
  list.addEventListener("toggle", (event) => event.newState === "open" && show());
  list.addEventListener("click", (event) => {
    const link = event.target.closest("[data-lead]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    list.hidePopover();
    openLead(link.dataset.lead);
  });
}

export function countOnBell() {
  showOnBell(count + 1);
}

/** Show this number. */
export function showOnBell(number) {
  count = number;
  const place = badge();
  if (!place) return;
  place.hidden = count === 0;
  place.querySelector("[data-number]").textContent = count > MOST_SHOWN ? `${MOST_SHOWN}+` : count;
}

/** Whoever looks at a lead has seen what they were told of it. */
export async function seeNoticesOf(lead) {
  if (badge()?.hidden ?? true) return;
  const facts = await postJson(`/me/notices/seen/${lead}/`).catch(() => null);
  if (facts) showOnBell(facts.unseen);
}

async function show() {
  const facts = await getJson("/me/notices/").catch(() => null);
  if (!facts) return;
  const items = facts.notices.map(build);
  document.getElementById("notice-list").replaceChildren(...items);
  document.getElementById("no-notices").hidden = items.length > 0;
  refreshTimes(document.getElementById("notice-list"));
  showOnBell(0);
  if (facts.unseen) await postForm("/me/notices/seen/", { up_to: facts.notices[0].id }).catch(() => showOnBell(facts.unseen));
}

function build(notice) {
  const item = document.getElementById("notice-item").content.cloneNode(true).querySelector("li");
  const link = item.querySelector("a");
  if (notice.url) link.href = notice.url;
  if (notice.url && notice.lead) link.dataset.lead = notice.lead;
  item.dataset.kind = notice.kind;
  item.toggleAttribute("data-new", !notice.is_seen);
  item.querySelector("[data-title]").textContent = notice.title;
  item.querySelector("[data-text]").textContent = notice.text;
  item.querySelector("time").dateTime = notice.at;
  return item;
}
