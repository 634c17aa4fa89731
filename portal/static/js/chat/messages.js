// The shown branch of the conversation, one turn below the other. It keeps what is drawn for as long as it is shown.

import { keepInPlace } from "./template.js";
import { TurnView } from "./turn.js";

const FOUND_FOR_MS = 3000;

export class MessagesView {
  #element;
  #views = new Map();

  constructor(element) {
    this.#element = element;
  }

  // `settings`: {modelName, isTemporary, end}; `end`: the answer that the next question follows by choice.
  show(turns, settings) {
    const dropped = droppedAt(turns, settings.modelName);
    const views = new Map();
    turns.forEach((turn, place) => {
      const view = this.#views.get(turn.question) ?? new TurnView();
      views.set(turn.question, view);
      const chosen = turns[place + 1]?.lanes.length === 1 ? turn.next : settings.end;
      view.show(turn, { ...settings, chosen, isLast: place === turns.length - 1, dropped: dropped.get(place) });
    });
    this.#views = views;
    keepInPlace(this.#element, [...views.values()].map(({ element }) => element));
  }

  append(message, text, reasoning) {
    for (const view of this.#views.values()) if (view.question.id === message.parent) view.append(message, text, reasoning);
  }

  // A message that somebody searched for.
  lookAt(id) {
    const message = document.getElementById(`message-${id}`);
    if (!message) return;
    message.scrollIntoView({ block: "center", inline: "nearest" });
    message.classList.add("is-found");
    setTimeout(() => message.classList.remove("is-found"), FOUND_FOR_MS);
  }

  // Another version of a question is drawn anew, and who goes from one to the next is to be able to go on.
  focusVersions(id, step) {
    for (const view of this.#views.values()) if (view.question.id === id) view.focusVersions(step);
  }
}

// Where the models of the last turn began to read, by the place of the turn: `facts.dropped` counts the messages above.
function droppedAt(turns, modelName) {
  const names = new Map();
  for (const { answer } of turns.at(-1)?.lanes ?? []) {
    const place = Math.ceil((answer.facts?.dropped ?? 0) / 2);
    if (place) names.set(place, [...(names.get(place) ?? []), modelName(answer.model)]);
  }
  return new Map([...names].map(([place, models]) => [Math.min(place, turns.length - 1), models.join(" and ")]));
}
