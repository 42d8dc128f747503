/** Sentences in the reader's language, sent with the page. */

const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

export function say(key, facts = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}

/** `key_one` or `key_many`, by `count`. */
export function sayCount(key, count) {
  return say(count === 1 ? `${key}_one` : `${key}_many`, { count });
}
