// The "Select all" box of the export page in admin.

document.addEventListener("change", ({ target }) => {
  if (!target.matches(".select-toggle")) return;
  for (const box of document.querySelectorAll('.selectable-field-export-row input[type="checkbox"]')) {
    box.checked = target.checked;
  }
});
