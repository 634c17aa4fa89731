// Keeps what was set with its chat, a moment after the last change, and says so.

import { api } from "./api.js";
import { chats } from "./chats.js";
import { state } from "./state.js";

const PAUSE = 600;
const panel = document.getElementById("chat-settings");
const saved = panel.querySelector("[data-saved]");
const problem = panel.querySelector("[data-problem]");
let timer = 0;

const asText = (value) => JSON.stringify(value, Object.keys(value).sort());
const set = (parameters) => Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null));

// What is set here and not kept yet.
function difference() {
  const kept = state.conversation;
  const change = {};
  if (JSON.stringify(state.models) !== JSON.stringify(kept.models)) change.models = state.models;
  if (state.systemPrompt !== kept.system_prompt) change.system_prompt = state.systemPrompt;
  if (asText(set(state.parameters)) !== asText(set(kept.parameters))) change.parameters = state.parameters;
  return change;
}

function say(words, wrong = "") {
  saved.textContent = words;
  problem.textContent = wrong;
  problem.hidden = !wrong;
}

async function keep() {
  timer = 0;
  const shown = state.conversation;
  const change = difference();
  if (Object.keys(change).length === 0) return;
  say("Saving…");
  try {
    const kept = await api("PATCH", `/api/conversations/${shown.id}`, change);
    Object.assign(shown, change);
    chats.put(kept);
    if (shown === state.conversation) say("Saved");
  } catch (error) {
    if (shown === state.conversation) say("", `This was not saved. ${error.message} What you set holds until you leave this chat.`);
  }
}

function later() {
  if (!state.conversation) return say(state.temporary ? "" : "Kept once the chat begins");
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE);
  return undefined;
}

// What was set in the last moment is of the chat that is left.
export function keepNow() {
  if (!timer) return;
  clearTimeout(timer);
  keep();
}

state.addEventListener("settings", later);
// The first question brought them along.
state.addEventListener("created", () => say(saved.textContent && "Saved"));
state.addEventListener("opened", () => {
  clearTimeout(timer);
  say("");
});
addEventListener("pagehide", keepNow);
