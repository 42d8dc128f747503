/** The board page: everything of `board/` put together. */

import { getFragment, tabId } from "../api.js";
import { bindDrawer, openLead, refreshLead } from "../lead/drawer.js";
import { toast } from "../notices.js";
import { say } from "../words.js";
import { adopt, allStatuses, board, cardOf, columnOf } from "./cards.js";
import { bindDrag } from "./drag.js";
import { bindFilters, loadColumns } from "./filters.js";
import { bindKeys } from "./keys.js";
import { bindMenu } from "./menu.js";
import { bindQueue } from "./queue.js";
import { boardQuery, mark } from "./sync.js";

export function startBoard(live) {
  const onLoaded = (fresh) => {
    live.cursor = Number(fresh.dataset.cursor);
    bindDrag();
    bindPills();
  };
  bindDrag();
  bindMenu();
  bindPills();
  bindMore();
  bindFilters(onLoaded);
  bindDrawer(live);
  bindQueue(live);
  bindKeys({ reply: (leadId) => openLead(leadId, { focusReply: true }) });
  live.addEventListener("changes", ({ detail }) => applyChanges(detail));
  live.addEventListener("reset", () => loadColumns(boardQuery(), onLoaded));
  live.addEventListener("frame", ({ detail }) => applyFrame(detail));
  document.addEventListener("crm:refresh", () => loadColumns(boardQuery(), onLoaded));
  document.addEventListener("crm:lead-created", ({ detail }) => {
    mark(detail.id);
    // Of a colleague's lead only the id is told: there is nothing to open
    const isSeen = "version" in detail;
    const what = detail.isNew ? "lead_created" : isSeen ? "lead_known" : "lead_of_colleague";
    toast(say(what, { name: detail.name || detail.phone || say("no_name") }), {
      actions: isSeen ? [{ label: say("open"), run: () => openLead(detail.id) }] : [],
    });
  });
}

function applyChanges({ leads, removed }) {
  for (const lead of leads) {
    mark(lead.id, lead.version);
    refreshLead(lead.id, lead.version);
  }
  for (const id of removed) if (cardOf(id)) mark(id);
}

/** A frame says which lead; what it looks like now, the server says. */
function applyFrame(frame) {
  if (!frame.lead?.id) return;
  const isOurs = frame.origin === tabId && frame.data?.action === "status_changed";
  mark(frame.lead.id, frame.data?.removed || isOurs ? null : frame.lead.version);
  refreshLead(frame.lead.id, null);
}

/** “Load more”: the answer is cards and the next button. */
function bindMore() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-more]");
    if (!button) return;
    button.disabled = true;
    const list = columnOf(button.dataset.more).querySelector(".cards");
    try {
      const fragment = await getFragment(button.dataset.url);
      const fresh = [...fragment.querySelectorAll(".card")].filter((card) => !cardOf(card.dataset.lead));
      const next = fragment.querySelector("[data-more]");
      const cards = fresh.map(adopt);
      if (next) button.replaceWith(document.importNode(next, true));
      else button.remove();
      list.append(...cards);
      cards[0]?.querySelector(".card-link").focus({ preventScroll: true });
    } catch {
      button.disabled = false;
      toast(say("load_failed"), { kind: "danger" });
    }
  });
}

/** On a phone one status fills the screen; the pills lead to it and show which it is. */
function bindPills() {
  const pills = document.getElementById("pills");
  pills.onclick = (event) => {
    const status = event.target.closest("[data-to]")?.dataset.to;
    if (status) columnOf(status).scrollIntoView({ behavior: "smooth", block: "nearest", inline: "start" });
  };
  const show = () => {
    const width = board().firstElementChild?.offsetWidth || 1;
    const current = allStatuses()[Math.round(board().scrollLeft / width)];
    for (const pill of pills.children) pill.setAttribute("aria-pressed", String(pill.dataset.to === current));
  };
  board().addEventListener("scroll", show, { passive: true });
  show();
}

