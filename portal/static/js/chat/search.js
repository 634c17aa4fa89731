// Ctrl+K: finds chats by their titles and by what was said in them, as it is typed.

import { api } from "./api.js";
import { UNTITLED } from "./chat-list.js";
import { chats } from "./chats.js";
import { openChat } from "./navigation.js";
import { register } from "./shortcuts.js";
import { state } from "./state.js";

const PAUSE = 180;
const RECENT = 8;
const dialog = document.getElementById("chat-search");
const input = dialog.querySelector("input");
const list = dialog.querySelector("[role=listbox]");
const status = dialog.querySelector("[data-status]");
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

let timer = 0;
let request = null;
let results = [];
let chosen = -1;

function excerptOf(pieces) {
  return pieces.map(({ text, found }) => {
    const piece = document.createElement(found ? "mark" : "span");
    piece.textContent = text;
    return piece;
  });
}

function line(className, ...content) {
  const made = document.createElement("span");
  made.className = className;
  made.dir = "auto";
  made.append(...content);
  return made;
}

function option(result, index) {
  const item = document.createElement("li");
  item.id = `chat-search-${index}`;
  item.className = "chat-search__result";
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  const head = document.createElement("span");
  head.className = "chat-search__head";
  head.append(line("chat-search__title", result.title || UNTITLED), line("chat-search__date", date.format(new Date(result.at))));
  item.append(head);
  if (result.excerpt.length) item.append(line("chat-search__excerpt", ...excerptOf(result.excerpt)));
  item.addEventListener("pointermove", () => choose(index));
  item.addEventListener("click", () => go(index));
  return item;
}

function choose(index) {
  list.children[chosen]?.setAttribute("aria-selected", "false");
  chosen = index;
  const item = list.children[index];
  item?.setAttribute("aria-selected", "true");
  item?.scrollIntoView({ block: "nearest" });
  if (item) input.setAttribute("aria-activedescendant", item.id);
  else input.removeAttribute("aria-activedescendant");
}

function show(found, words) {
  results = found;
  list.replaceChildren(...found.map(option));
  list.hidden = found.length === 0;
  status.textContent = words;
  choose(found.length ? 0 : -1);
}

function showRecent() {
  const recent = chats.newest(RECENT).map((one) => ({
    conversation: one.id,
    title: one.title,
    message: null,
    excerpt: [],
    at: one.updated_at,
  }));
  show(recent, recent.length ? "Your newest chats. Type to search all of them." : "You have no chats yet.");
}

async function look() {
  const q = input.value.trim();
  request?.abort();
  if (!q) return showRecent();
  request = new AbortController();
  const { signal } = request;
  try {
    const answer = await api("GET", `/api/conversations/search?q=${encodeURIComponent(q)}`, undefined, { signal });
    const count = answer.results.length;
    show(answer.results, count ? `${count} found` : `Nothing found for “${q}”. Try fewer or other words.`);
  } catch (error) {
    if (error.name !== "AbortError") show([], error.message);
  }
  return undefined;
}

function go(index) {
  const result = results[index];
  if (!result) return;
  dialog.close();
  openChat(result.conversation, { found: result.message });
}

function move(step) {
  if (results.length) choose((chosen + step + results.length) % results.length);
}

const KEYS = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => go(chosen) };

export function openSearch() {
  if (!state.viewer.kind) return;
  input.value = "";
  showRecent();
  dialog.showModal();
  input.focus();
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});
input.addEventListener("keydown", (event) => {
  if (event.isComposing || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
dialog.addEventListener("close", () => {
  clearTimeout(timer);
  request?.abort();
});
document.querySelector("[data-open-search]").addEventListener("click", openSearch);
register({ keys: "Ctrl+K", label: "Search your chats", run: openSearch });
