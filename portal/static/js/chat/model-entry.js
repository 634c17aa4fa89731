// One model in a list to choose from, and whether it is what somebody looks for.

const MILLION = 1_000_000;
const THOUSAND = 1000;
const dollars = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 2,
  maximumFractionDigits: 4,
});

// All words have to be in what is known of the model.
export function matches(model, text) {
  const known = [model.name, model.id, model.owned_by, model.description].join(" ").toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => known.includes(word));
}

export function modelEntry(model, id, isChosen) {
  const isAway = model.available === false;
  const head = make("span", "model-entry__head", [make("span", "model-entry__name", [model.name])]);
  if (model.owned_by) head.append(make("span", "model-entry__owner", [model.owned_by]));
  for (const label of abilities(model)) head.append(make("span", "badge", [label]));
  const entry = make("li", "model-entry", [head]);
  const about = isAway ? whyAway(model) : model.description;
  if (about) entry.append(make("span", isAway ? "model-entry__away" : "model-entry__about", [about]));
  const facts = [context(model), price(model)].filter(Boolean).join(" · ");
  if (facts) entry.append(make("span", "model-entry__facts", [facts]));
  entry.id = id;
  entry.role = "option";
  entry.ariaSelected = String(isChosen);
  if (isAway) entry.ariaDisabled = "true";
  entry.dataset.model = model.id;
  return entry;
}

function make(name, className, children) {
  const element = document.createElement(name);
  element.className = className;
  element.append(...children);
  return element;
}

function abilities({ supports_vision: vision, supports_reasoning: reasoning }) {
  return [vision && "Vision", reasoning && "Reasoning"].filter(Boolean);
}

function whyAway({ endpoints_up: up, endpoints }) {
  if (up !== 0 || !endpoints) return "Out of service for now.";
  return `Unavailable: ${endpoints === 1 ? "its endpoint does not answer" : `none of its ${endpoints} endpoints answers`}.`;
}

// 8192 is 8k and 131072 is 128k, as models are spoken of.
function context({ tokenLimit: limit }) {
  if (!limit) return null;
  if (limit < THOUSAND) return `${limit} tokens of context`;
  const unit = limit % 1024 === 0 ? 1024 : THOUSAND;
  const thousands = limit / unit;
  return thousands < unit ? `${rounded(thousands)}k context` : `${rounded(thousands / unit)}M context`;
}

function rounded(number) {
  return Number(number.toPrecision(3));
}

function price({ input_cost_per_token: input, output_cost_per_token: output }) {
  if (input === null || output === null) return null;
  if (input === 0 && output === 0) return "Free";
  return `${dollars.format(input * MILLION)} in, ${dollars.format(output * MILLION)} out per million tokens`;
}
