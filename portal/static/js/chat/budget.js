// How much of the smallest context the next question takes, before it is asked; see `portal/chat/window.py`.

import { state } from "./state.js";
import { tokensOf } from "./tokens.js";

const NEARLY_FULL = 0.85;
const ROOM_FOR_ANSWER = 0.25;
const MOST_ROOM_FOR_ANSWER = 0.5;
const number = new Intl.NumberFormat("en");

// What was said before is measured once, and not at every key.
export function sizeOf(texts) {
  return texts.reduce((sum, text) => sum + tokensOf(text), 0);
}

// Nothing is shown where no model says how much it reads.
export function showBudget(element, sizeBefore, draft) {
  const contexts = state.models.map((id) => state.model(id)).filter((model) => model?.tokenLimit);
  element.hidden = !contexts.length;
  if (element.hidden) return;
  const [name, context] = contexts.map((model) => [model.name, contextOf(model)]).sort(([, one], [, other]) => one - other)[0];
  const always = sizeOf([state.systemPrompt, draft].filter(Boolean));
  const used = sizeBefore + always;
  const room = context - roomForAnswer(context);
  element.dataset.full = used > room ? "full" : used > room * NEARLY_FULL ? "nearly" : "";
  element.textContent = `${number.format(used)} of ${short(context)} tokens${warning(used, always, room)}`;
  element.title = `About ${number.format(used)} of the ${number.format(context)} tokens of ${name}; ${number.format(context - room)} of them are kept for its answer.`;
}

// What is asked now is never left out, so it has to fit alone.
function warning(used, always, room) {
  if (always > room) return ": this question is too long";
  return used > room ? ": the oldest messages will be left out" : "";
}

const contextOf = (model) => Math.floor(model.tokenLimit * (model.contextWindowMultiplier ?? 1));

function roomForAnswer(context) {
  const wanted = state.parameters.max_tokens || context * ROOM_FOR_ANSWER;
  return Math.floor(Math.min(wanted, context * MOST_ROOM_FOR_ANSWER));
}

const short = (tokens) => (tokens >= 10_000 ? `${Math.round(tokens / 1000)}k` : number.format(tokens));
