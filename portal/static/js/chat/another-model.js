// Chooses the model for one more answer, beside the button that asks for it.

import { ModelPicker } from "./model-picker.js";

export function chooseAnother(button, model, onChoice) {
  const picker = new ModelPicker({ value: model, label: "Answer with", onChange: onChoice });
  // Of the picker only its list is wanted here.
  picker.element.classList.add("another-model");
  button.after(picker.element);
  picker.open();
  picker.element.addEventListener("toggle", ({ newState }) => newState === "closed" && leave(picker.element, button), { capture: true });
}

function leave(element, button) {
  element.remove();
  if (document.activeElement === document.body) button.focus();
}
