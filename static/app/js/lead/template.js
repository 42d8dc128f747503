/** The form of an approved template: its variables, what the client will read, sending once. */

import { newId, postJson } from "../api.js";
import { say } from "../words.js";

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

export function bindTemplate() {
  document.addEventListener("change", (event) => event.target.id === "template-choice" && choose(event.target));
  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-variable]");
    if (field) preview(field.closest("fieldset"));
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "template-form") return;
    event.preventDefault();
    send(event.target);
  });
}

function choose(select) {
  for (const fieldset of select.form.querySelectorAll("[data-template]")) {
    const isChosen = fieldset.dataset.template === select.value;
    fieldset.hidden = fieldset.disabled = !isChosen;
  }
}

const fieldsOf = (fieldset) => [...fieldset.querySelectorAll("[data-variable]")];

function preview(fieldset) {
  const values = valuesOf(fieldset);
  const text = fieldset.querySelector("[data-body]");
  text.textContent = text.dataset.body.replace(PLACEHOLDER, (whole, name) => values[name] || whole);
}

function valuesOf(fieldset) {
  return Object.fromEntries(fieldsOf(fieldset).map((field) => [field.dataset.variable, field.value.trim()]));
}

/** The same words sent again after a failure are the same message; other words are another. */
async function send(form) {
  const fieldset = form.querySelector("fieldset:not([hidden])");
  const { conversation, lead } = form.dataset;
  const facts = { template: form.elements.template.value, variables: valuesOf(fieldset) };
  const button = form.querySelector("button");
  const words = JSON.stringify(facts);
  if (form.dataset.words !== words) Object.assign(form.dataset, { words, clientId: newId() });
  button.disabled = true;
  showError(form, "");
  try {
    const whole = { ...facts, client_id: form.dataset.clientId };
    if (conversation) await postJson(`/api/conversations/${conversation}/messages/`, whole);
    else await postJson("/api/conversations/", { ...whole, lead });
    for (const field of fieldsOf(fieldset)) field.value = field.defaultValue;
    preview(fieldset);
    delete form.dataset.words;
    form.closest("details")?.removeAttribute("open");
    document.dispatchEvent(new CustomEvent("crm:refresh-lead"));
  } catch (error) {
    showError(form, [error.message || say("network"), ...Object.values(error.fields ?? {}).flat()].join(" "));
  } finally {
    button.disabled = false;
  }
}

function showError(form, text) {
  const banner = form.querySelector("[data-error]");
  banner.textContent = text;
  banner.hidden = !text;
}
