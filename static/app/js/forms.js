/** Forms that speak to the REST API: `data-api`, `data-method`, `data-done` names the event after success. */

import { sendJson } from "./api.js";
import { say } from "./words.js";

export function bindForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-api]");
    if (!form) return;
    event.preventDefault();
    submit(form);
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) openDialog(opener.dataset.open);
  });
}

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("input:not([type=hidden]), textarea, .choices button")?.focus();
}

async function submit(form) {
  const button = form.querySelector("button:not([type=button])");
  const body = bodyOf(form);
  showErrors(form, {}, "");
  button.disabled = true;
  try {
    const facts = await sendJson(form.dataset.method, form.dataset.api, body);
    if (form.dataset.method === "POST") form.reset();
    else for (const field of form.elements) field.defaultValue = field.value;
    form.closest("dialog")?.close();
    document.dispatchEvent(new CustomEvent(`crm:${form.dataset.done}`, { detail: facts }));
  } catch (error) {
    showErrors(form, error.fields ?? {}, error.message || say("load_failed"));
  } finally {
    button.disabled = false;
  }
}

/** A change sends what was changed here alone: a colleague may have corrected the rest meanwhile. */
function bodyOf(form) {
  const isChange = form.dataset.method === "PATCH";
  const fields = [...form.elements].filter((field) => field.name && !(isChange && field.value === field.defaultValue));
  return Object.fromEntries(fields.map((field) => [field.name, cleaned(field.name, field.value)]));
}

function cleaned(name, text) {
  const value = text.trim();
  return value === "" && (name === "phone" || name === "value") ? null : value;
}

function showErrors(form, fields, detail) {
  for (const place of form.querySelectorAll("[data-error-of]")) {
    const reasons = [fields[place.dataset.errorOf] ?? []].flat();
    const input = form.elements[place.dataset.errorOf];
    place.hidden = !reasons.length;
    place.textContent = reasons.join(" ");
    input?.toggleAttribute("aria-invalid", Boolean(reasons.length));
    if (reasons.length) input?.setAttribute("aria-invalid", "true");
    if (reasons.length) input?.setAttribute("aria-describedby", place.id);
  }
  const banner = form.querySelector("[data-error]");
  if (!banner) return;
  banner.hidden = !detail;
  banner.textContent = detail;
  form.querySelector('[aria-invalid="true"]')?.focus();
}
