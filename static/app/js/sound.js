/** Two soft notes for news, where the person chose so. The choice goes with the person, not with the browser. */

import { postForm } from "./api.js";
import { toast } from "./notices.js";
import { say } from "./words.js";

const bell = () => document.getElementById("bell");

export function bindSound() {
  const button = document.querySelector("[data-sound-switch]");
  button?.addEventListener("click", async () => {
    const isOn = bell().dataset.sound !== "on";
    try {
      await postForm("/me/sound/", { sound: isOn ? "on" : "off" });
    } catch {
      toast(say("load_failed"), { kind: "danger" });
      return;
    }
    bell().dataset.sound = isOn ? "on" : "off";
    button.setAttribute("aria-pressed", String(isOn));
    toast(say(isOn ? "sound_on" : "sound_off"), { key: "sound" });
    beep();
  });
}

/** Browsers allow sound only after the person has clicked somewhere. */
export function beep({ always = false } = {}) {
  if (!always && bell()?.dataset.sound !== "on") return;
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
  setTimeout(() => audio.close(), 1000);
}
