/** News for the person at the desk: a toast and a sound for a new lead, a number in the title. */

import { getJson, tabId } from "./api.js";
import { toast } from "./notices.js";
import { say } from "./words.js";

const SOUND_KEY = "sound";
const REFRESH_MS = 1200;
const plainTitle = document.title;
let unseen = 0;
let refreshTimer;

export function startNews(live, { openLead }) {
  live.addEventListener("frame", ({ detail: frame }) => hear(frame, openLead));
  live.addEventListener("open", refreshWaiting);
  addEventListener("focus", clearUnseen);
  bindSound();
}

function hear(frame, openLead) {
  refreshWaiting();
  if (frame.origin === tabId) return;
  if (isNewForMe(frame)) {
    const name = frame.lead.name || frame.lead.phone || say("no_name");
    toast(say("lead_arrived", { name }), {
      key: `lead-${frame.lead.id}`,
      actions: [{ label: say("open"), run: () => openLead(frame.lead.id) }],
    });
    beep();
    countUnseen();
  } else if (frame.type === "whatsapp:message" && frame.data?.message?.direction === "in") {
    countUnseen();
  }
}

function isNewForMe(frame) {
  if (String(frame.lead?.consultant?.id) !== document.body.dataset.user) return false;
  return frame.type === "kanban:lead_created" || frame.data?.action === "assigned";
}

function countUnseen() {
  if (document.hasFocus()) return;
  unseen += 1;
  document.title = `(${unseen}) ${plainTitle}`;
}

function clearUnseen() {
  unseen = 0;
  document.title = plainTitle;
}

function refreshWaiting() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(async () => {
    const badge = document.getElementById("waiting-count");
    const { waiting } = await getJson("/me/waiting/").catch(() => ({}));
    if (!badge || waiting === undefined) return;
    badge.hidden = waiting === 0;
    badge.querySelector("[data-number]").textContent = waiting > 99 ? "99+" : waiting;
  }, REFRESH_MS);
}

function bindSound() {
  const button = document.querySelector("[data-sound]");
  if (!button) return;
  const show = () => button.setAttribute("aria-pressed", String(localStorage.getItem(SOUND_KEY) === "on"));
  show();
  button.addEventListener("click", () => {
    const isOn = localStorage.getItem(SOUND_KEY) !== "on";
    localStorage.setItem(SOUND_KEY, isOn ? "on" : "off");
    show();
    toast(say(isOn ? "sound_on" : "sound_off"), { key: "sound" });
    beep();
  });
}

/** Two soft notes. Browsers allow sound only after the person has clicked somewhere. */
function beep() {
  if (localStorage.getItem(SOUND_KEY) !== "on") return;
  const audio = new AudioContext();
  [660, 880].forEach((pitch, index) => {
    const note = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + index * 0.14;
    note.frequency.value = pitch;
    volume.gain.setValueAtTime(0.07, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
    note.connect(volume).connect(audio.destination);
    note.start(start);
    note.stop(start + 0.3);
  });
}
