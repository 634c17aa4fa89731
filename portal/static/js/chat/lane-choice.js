// Which models answer the next question: a picker for each lane, one more, one less.

import { ModelPicker } from "./model-picker.js";
import { state } from "./state.js";
import { copyOf, partsOf } from "./template.js";

export class LaneChoice {
  #parts;
  #shown = "";

  constructor(parts) {
    this.#parts = parts;
    parts.add.addEventListener("click", () => this.#add());
    state.addEventListener("settings", () => this.show());
    state.addEventListener("opened", () => this.show());
    this.show();
  }

  show() {
    this.#parts.add.hidden = state.models.length >= state.limits.lanes || !state.catalogue.length;
    const wanted = JSON.stringify(state.models);
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    this.#parts.models.replaceChildren(...state.models.map((model, place) => this.#choice(model, place)));
  }

  #choice(model, place) {
    const element = copyOf("chat-lane-choice");
    const { remove } = partsOf(element);
    const label = state.models.length > 1 ? `Model ${place + 1}` : "Model";
    const picker = new ModelPicker({ value: model, label, onChange: (id) => this.#change(place, id) });
    element.prepend(picker.element);
    remove.hidden = state.models.length < 2;
    remove.ariaLabel = `Without ${state.model(model)?.name ?? model}`;
    remove.addEventListener("click", () => this.#remove(place));
    return element;
  }

  #change(place, id) {
    state.change({ models: state.models.with(place, id) });
    this.#focus(place);
  }

  #remove(place) {
    state.change({ models: state.models.toSpliced(place, 1) });
    this.#focus(Math.max(0, place - 1));
  }

  // Another one than those that are there, as far as there is one.
  #add() {
    const usable = state.catalogue.filter((one) => one.available !== false);
    const model = usable.find((one) => !state.models.includes(one.id)) ?? usable[0] ?? state.catalogue[0];
    state.change({ models: [...state.models, model.id] });
    this.#focus(state.models.length - 1);
  }

  #focus(place) {
    this.#parts.models.children[place]?.querySelector("button")?.focus();
  }
}
