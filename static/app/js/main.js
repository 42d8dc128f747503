/** Starts what the page is about. */

import { showState } from "./badge.js";
import { startBoard } from "./board/page.js";
import { boardQuery } from "./board/sync.js";
import { bindForms, openDialog } from "./forms.js";
import { tabId } from "./api.js";
import { startInbox } from "./inbox.js";
import { openLead } from "./lead/drawer.js";
import { startLeadPage } from "./lead/page.js";
import { Live } from "./live.js";
import { startLogin } from "./login.js";
import { startNews } from "./notify.js";
import { startPush } from "./push.js";
import { startTests } from "./told.js";
import { startClock } from "./times.js";

const page = document.body.dataset.page;
const goTo = (leadId) => location.assign(`/leads/${leadId}/`);

function startDesk() {
  const board = document.getElementById("board");
  const live = new Live({ cursor: board ? Number(board.dataset.cursor) : null, query: boardQuery });
  showState(live);
  const start = { board: startBoard, lead: startLeadPage, inbox: startInbox }[page];
  start?.(live);
  startPush();
  if (page === "notices") startTests();
  startNews(live, { openLead: page === "board" ? openLead : goTo });
  live.start();
}

function bindHeader() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    if (event.target.closest("[data-help]")) openDialog("help");
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("htmx:config:request", ({ detail }) => {
    detail.ctx.request.headers["X-Client-Id"] = tabId;
  });
}

startClock();
bindForms();
bindHeader();
if (page === "login") startLogin();
if (document.body.dataset.user && document.getElementById("live")) startDesk();
