/** A lead on a page of its own. */

import { bindPanel, openPanel, panel, refreshPanel } from "./panel.js";

export function startLeadPage(live) {
  bindPanel(live, { onGone: () => location.assign("/") });
  openPanel(live);
  live.addEventListener("frame", ({ detail }) => {
    if (detail.lead?.id === panel()?.dataset.lead) refreshPanel();
  });
  live.addEventListener("refresh", refreshPanel);
  document.addEventListener("crm:refresh", refreshPanel);
}
