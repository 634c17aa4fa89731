// How much of the smallest context the next question takes, before it is asked.

import { state } from "./state.js";
import { tokensOf } from "./tokens.js";

const NEARLY_FULL = 0.85;
const number = new Intl.NumberFormat("en");

// `texts`: what was said before. Nothing is shown where no model says how much it reads.
export function showBudget(element, texts, draft) {
  const contexts = state.models.map((id) => state.model(id)).filter((model) => model?.tokenLimit);
  element.hidden = !contexts.length;
  if (element.hidden) return;
  const smallest = contexts.reduce((one, other) => (other.tokenLimit < one.tokenLimit ? other : one));
  const used = tokensOf([state.systemPrompt, ...texts, draft].filter(Boolean));
  const isFull = used > smallest.tokenLimit;
  element.dataset.full = isFull ? "full" : used > smallest.tokenLimit * NEARLY_FULL ? "nearly" : "";
  element.textContent = `${number.format(used)} / ${short(smallest.tokenLimit)} tokens`;
  element.title = isFull
    ? `More than ${smallest.name} can read: the oldest messages will be left out.`
    : `About ${number.format(used)} of the ${number.format(smallest.tokenLimit)} tokens that ${smallest.name} can read.`;
}

const short = (tokens) => (tokens >= 10_000 ? `${Math.round(tokens / 1000)}k` : number.format(tokens));
