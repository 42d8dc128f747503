/** Rows of a form that can be added: `data-add-row`, `data-rows` and `data-row-of` name one set. */

document.addEventListener("click", (event) => {
  const adder = event.target.closest("[data-add-row]");
  if (adder) addRow(adder.dataset.addRow);
});

function addRow(prefix) {
  const rows = document.querySelector(`[data-rows="${prefix}"]`);
  const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
  const fresh = document.querySelector(`[data-row-of="${prefix}"]`).content.cloneNode(true);
  for (const element of fresh.querySelectorAll("*")) {
    for (const name of ["id", "name", "for", "aria-describedby"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace("__prefix__", total.value));
    }
  }
  total.value = Number(total.value) + 1;
  rows.append(fresh);
  rows.lastElementChild.querySelector("input:not([type=hidden]), select, textarea").focus();
}
