/** The state of the live connection, in the header: what it is, what it means, refresh by hand. */

import { announce } from "./notices.js";
import { clockNow } from "./times.js";
import { say } from "./words.js";

const QUIET_STATES = new Set(["live", "connecting"]);

export function showState(live) {
  const badge = document.getElementById("live");
  if (!badge) return;
  live.addEventListener("state", ({ detail: { state } }) => {
    const before = badge.dataset.state;
    const text = say(`state_${state}`, { time: clockNow() });
    badge.dataset.state = state;
    badge.querySelector(".text").textContent = text;
    document.getElementById("live-text").textContent = say(`explain_${state}`);
    if (!QUIET_STATES.has(state) || !QUIET_STATES.has(before)) announce(text);
    if (state === "login") setTimeout(() => location.assign(`/login/?next=${encodeURIComponent(location.pathname)}`), 4000);
  });
  document.addEventListener("crm:logged-out", () => live.show("login"));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-refresh]")) return;
    document.getElementById("live-help")?.hidePopover?.();
    live.wake();
    document.dispatchEvent(new CustomEvent("crm:refresh"));
  });
}
