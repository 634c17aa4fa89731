// How the models of this chat are asked: the panel's fields on one side, `state` on the other.

import "./settings-panel.js";
import "./settings-keep.js";
import { state } from "./state.js";

const panel = document.getElementById("chat-settings");
const system = document.getElementById("setting-system");
const MIDDLE = { temperature: 1, top_p: 1 };
const MOST_TOKENS = 1_000_000;

const settings = [...panel.querySelectorAll("[data-setting]")].map((element) => ({
  name: element.dataset.setting,
  input: element.querySelector("input"),
  value: element.querySelector("[data-value]"),
  reset: element.querySelector("[data-reset]"),
  problem: element.querySelector("[data-problem]"),
}));

const shownModels = () => state.models.map((id) => state.model(id)).filter(Boolean);

// What the cards say, where all models of the chat say the same.
function defaultOf(name) {
  const said = new Set(shownModels().map((card) => card[name] ?? null));
  return said.size === 1 ? [...said][0] : null;
}

function defaultWords(name) {
  const known = defaultOf(name);
  return known === null ? "Model’s default" : `Model’s default, ${known}`;
}

// No answer is longer than what the smallest model can hold.
function mostTokens() {
  return Math.min(MOST_TOKENS, ...shownModels().map((card) => card.tokenLimit ?? MOST_TOKENS));
}

function showSetting({ name, input, value, reset, problem }) {
  const own = state.parameters[name] ?? null;
  reset.hidden = own === null;
  if (name === "max_tokens") {
    input.max = mostTokens();
    if (document.activeElement !== input) input.value = own ?? "";
    problem.hidden = true;
    return;
  }
  input.value = own ?? defaultOf(name) ?? MIDDLE[name];
  input.classList.toggle("is-default", own === null);
  value.textContent = own ?? defaultWords(name);
  input.setAttribute("aria-valuetext", value.textContent);
}

function show() {
  if (document.activeElement !== system) system.value = state.systemPrompt;
  settings.forEach(showSetting);
}

function set(name, value) {
  const { [name]: _, ...others } = state.parameters;
  state.change({ parameters: value === null ? others : { ...others, [name]: value } });
}

function take({ name, input, problem }) {
  if (name !== "max_tokens") return set(name, Number(input.value));
  if (input.value === "" && !input.validity.badInput) return set(name, null);
  problem.textContent = `A whole number from 1 to ${Number(input.max).toLocaleString("en")}, please.`;
  problem.hidden = input.validity.valid;
  return input.validity.valid ? set(name, input.valueAsNumber) : undefined;
}

for (const setting of settings) {
  setting.input.addEventListener("input", () => take(setting));
  setting.reset.addEventListener("click", () => {
    setting.input.value = "";
    set(setting.name, null);
    setting.input.focus();
  });
}
system.addEventListener("input", () => state.change({ systemPrompt: system.value }));
state.addEventListener("opened", show);
state.addEventListener("settings", show);
show();
