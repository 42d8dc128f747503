/** The inbox: the list stays true, one conversation is open beside it. */

import { getFragment } from "./api.js";
import { openDialog } from "./forms.js";
import { bindPanel, openPanel, panel, refreshPanel } from "./lead/panel.js";
import { toast } from "./notices.js";
import { refreshTimes } from "./times.js";
import { say } from "./words.js";

const GATHER_MS = 150;
let timer;
let live;

const inbox = () => document.getElementById("inbox");
const pane = () => document.getElementById("inbox-pane");

export function startInbox(connection) {
  live = connection;
  bindPanel(live, { onGone: close });
  live.addEventListener("frame", ({ detail }) => {
    refreshList();
    if (detail.lead && detail.lead.id === panel()?.dataset.lead) refreshPanel();
  });
  live.addEventListener("refresh", refreshAll);
  document.addEventListener("crm:refresh", refreshAll);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-thread-lead]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open(link);
    } else if (event.target.closest("#inbox-pane [data-close-lead]")) {
      event.preventDefault();
      close();
    }
    const stranger = event.target.closest("[data-new-from]");
    if (stranger) {
      event.preventDefault();
      offerLead(stranger.dataset);
    }
  });
  document.addEventListener("keydown", walk);
  document.addEventListener("crm:lead-created", refreshList);
  const filters = document.getElementById("inbox-filters");
  filters.addEventListener("input", refreshList);
  filters.addEventListener("submit", (event) => event.preventDefault());
}

function refreshAll() {
  refreshList();
  refreshPanel();
}

function refreshList() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const query = new URLSearchParams(new FormData(document.getElementById("inbox-filters")));
    const fragment = await getFragment(`/inbox/threads/?${query}`).catch(() => null);
    if (!fragment) return;
    await window.htmx.swap({
      target: document.getElementById("threads"),
      text: fragment.getElementById("threads").outerHTML,
      swap: "outerMorph",
    });
    refreshTimes(document.getElementById("threads"));
    markCurrent();
  }, GATHER_MS);
}

async function open(link) {
  const query = new URLSearchParams({ conversation: link.dataset.threadConversation ?? "" });
  try {
    const fragment = await getFragment(`/leads/${link.dataset.threadLead}/?${query}`);
    pane().replaceChildren(document.importNode(fragment.getElementById("lead-panel"), true));
  } catch (error) {
    toast(say(error.status === 404 ? "lead_gone" : "load_failed"), { kind: "danger" });
    return;
  }
  inbox().dataset.open = "";
  openPanel(live);
  markCurrent();
  (document.getElementById("reply") ?? document.getElementById("lead-name")).focus({ preventScroll: true });
}

/** Somebody on the own line who is no lead yet: the form for one, filled in as far as we know. */
function offerLead({ newFrom, name }) {
  openDialog("new-lead");
  document.getElementById("new-phone").value = newFrom;
  document.getElementById("new-name").value = name === newFrom ? "" : name;
}

function close() {
  const lead = panel()?.dataset.lead;
  delete inbox().dataset.open;
  pane().replaceChildren();
  markCurrent();
  live.say({ type: "presence:lead", lead: null });
  document.querySelector(`[data-thread-lead="${lead}"]`)?.focus();
}

function markCurrent() {
  for (const link of document.querySelectorAll("[data-thread-lead]")) {
    const isOpen = link.dataset.threadLead === panel()?.dataset.lead;
    link.closest(".thread").toggleAttribute("aria-current", isOpen);
    if (isOpen) link.closest(".thread").setAttribute("aria-current", "true");
  }
}

/** J and K walk through the list. */
function walk(event) {
  const by = { j: 1, k: -1 }[event.key];
  if (!by || event.target.matches("input, textarea, select")) return;
  const links = [...document.querySelectorAll("[data-thread-lead]")];
  const at = links.findIndex((link) => link.dataset.threadLead === panel()?.dataset.lead);
  const next = links[Math.max(0, Math.min(links.length - 1, at + by))];
  if (next) open(next);
}
