// Chips: a press puts the placeholder where the cursor was. Without scripts they can be copied.
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  if (!chip) return;
  const form = chip.closest("[data-chips]");
  const fields = [...form.querySelectorAll("textarea")];
  const field = fields.find((each) => each.id === form.dataset.last) ?? fields[0];
  if (!field) return;
  field.setRangeText(chip.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("focusin", (event) => {
  const form = event.target.closest("[data-chips]");
  if (form && event.target.tagName === "TEXTAREA") form.dataset.last = event.target.id;
});
