// What a new chat begins with: who answers, what is to be known of that model, some questions to begin with.

import { MarkdownView } from "./markdown.js";
import { state } from "./state.js";

const COMPARED = "Each question goes to all of them at once. Continue with the answer that you like best.";

export class Opening {
  #parts;

  // `onQuestion` gets the question that was chosen.
  constructor(parts, onQuestion) {
    this.#parts = parts;
    parts.starters.addEventListener("click", ({ target }) => {
      const starter = target.closest("[data-question]");
      if (starter) onQuestion(starter.dataset.question);
    });
  }

  show(isShown) {
    const { opening, "opening-title": title, "opening-description": description, "opening-note": note } = this.#parts;
    opening.hidden = !isShown;
    if (!isShown) return;
    const models = state.models.map((id) => state.model(id)).filter(Boolean);
    title.textContent = titleOf(models);
    description.textContent = models.length === 1 ? (models[0].description ?? "") : models.length ? COMPARED : "";
    note.replaceChildren();
    note.hidden = models.length !== 1 || !models[0].infoContent;
    if (note.hidden) return;
    const view = new MarkdownView(note);
    view.replace(models[0].infoContent);
    view.end();
  }
}

function titleOf(models) {
  if (!models.length) return "No model is on offer right now";
  return models.length === 1 ? models[0].name : `${models.length} models, side by side`;
}
