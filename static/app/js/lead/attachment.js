/** The file that goes with a reply: chosen, pasted or dropped; one at a time. */

import { toast } from "../notices.js";
import { say } from "../words.js";

export function bindAttachment() {
  document.addEventListener("change", (event) => event.target.id === "reply-file" && show(event.target.form));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-unattach]")) return;
    const { form } = document.getElementById("reply-file");
    takeFile(form);
    form.elements.body.focus();
  });
  document.addEventListener("paste", (event) => {
    if (event.target.id === "reply" && event.clipboardData.files.length) attach(event, event.clipboardData.files);
  });
  document.addEventListener("dragover", (event) => isOverTalk(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (isOverTalk(event) && event.dataTransfer.files.length) attach(event, event.dataTransfer.files);
  });
}

/** What is attached, which is then no longer attached; undefined for nothing. */
export function takeFile(form) {
  const input = document.getElementById("reply-file");
  const [file] = input?.files ?? [];
  if (input) input.value = "";
  if (form) show(form);
  return file;
}

function isOverTalk(event) {
  return event.dataTransfer?.types.includes("Files") && event.target.closest?.("#talk") && document.getElementById("reply-file");
}

function attach(event, files) {
  event.preventDefault();
  const input = document.getElementById("reply-file");
  const one = new DataTransfer();
  one.items.add(files[0]);
  input.files = one.files;
  show(input.form);
}

function show(form) {
  const input = document.getElementById("reply-file");
  const place = document.getElementById("reply-chosen");
  if (input.files[0]?.size > Number(form.dataset.most)) {
    input.value = "";
    toast(say("file_too_large", { megabytes: form.dataset.most / 1048576 }), { kind: "danger" });
  }
  const [file] = input.files;
  place.hidden = !file;
  place.querySelector("span").textContent = file ? `${file.name} · ${sizeOf(file)}` : "";
}

function sizeOf(file) {
  const isLarge = file.size > 1e6;
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit: isLarge ? "megabyte" : "kilobyte",
    maximumFractionDigits: isLarge ? 1 : 0,
  }).format(file.size / (isLarge ? 1048576 : 1024));
}
