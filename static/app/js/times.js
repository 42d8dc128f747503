/** Keeps every `<time data-when>` true, from one clock, and the urgency of waiting cards with it. */

import { say } from "./words.js";

const TICK_MS = 20000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const language = document.documentElement.lang || "en";
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayAndClock = new Intl.DateTimeFormat(language, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

const FORMS = {
  clock: (at) => clock.format(at),
  since: (at) => duration((Date.now() - at) / 1000),
  left: (at) => (at > Date.now() ? say("left", { time: duration((at - Date.now()) / 1000) }) : say("closed")),
  ago: (at) => ago((at - Date.now()) / 1000, at),
};

export function clockNow() {
  return clock.format(new Date());
}

export function refreshTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-when]")) {
    const text = FORMS[time.dataset.when]?.(new Date(time.dateTime)) ?? time.textContent;
    if (time.textContent !== text) time.textContent = text;
  }
  for (const card of root.querySelectorAll(".card[data-waiting]")) showUrgency(card);
}

export function startClock() {
  refreshTimes();
  setInterval(refreshTimes, TICK_MS);
}

function showUrgency(card) {
  const waited = (Date.now() - new Date(card.dataset.waiting)) / 1000;
  const urgency = waited > HOUR ? "danger" : waited > 10 * MINUTE ? "warn" : "";
  if (card.dataset.urgency === urgency) return;
  card.dataset.urgency = urgency;
  card.querySelector("[data-waits]")?.setAttribute("class", `chip ${urgency}`.trim());
}

function duration(seconds) {
  const unit = (count, name) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "narrow" }).format(count);
  if (seconds < MINUTE) return say("now");
  if (seconds < HOUR) return unit(Math.floor(seconds / MINUTE), "minute");
  if (seconds < DAY) {
    const minutes = Math.floor((seconds % HOUR) / MINUTE);
    const hours = unit(Math.floor(seconds / HOUR), "hour");
    return minutes && seconds < 6 * HOUR ? `${hours} ${unit(minutes, "minute")}` : hours;
  }
  return unit(Math.floor(seconds / DAY), "day");
}

function ago(seconds, at) {
  const past = Math.abs(seconds);
  if (past < MINUTE) return say("now");
  if (past < HOUR) return relative.format(Math.round(seconds / MINUTE), "minute");
  if (past < DAY) return relative.format(Math.round(seconds / HOUR), "hour");
  return dayAndClock.format(at);
}
