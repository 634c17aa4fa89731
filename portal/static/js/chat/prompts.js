// `/` at the beginning of an empty message opens the saved prompts; what is typed after it chooses among them.

import { insertPrompt } from "./prompt-insert.js";
import { managePrompts } from "./prompt-list.js";
import { prompts } from "./prompt-store.js";
import { register } from "./shortcuts.js";
import { state } from "./state.js";
import { tellError } from "./toast.js";

const menu = document.createElement("ul");
menu.id = "prompt-menu";
menu.className = "menu prompt-menu";
menu.popover = "manual";
menu.setAttribute("role", "listbox");
menu.setAttribute("aria-label", "Saved prompts");
document.body.append(menu);

const question = () => document.getElementById("question");
const isOpen = () => menu.matches(":popover-open");
let choices = [];
let chosen = 0;

function option({ label, hint }, index) {
  const made = document.createElement("li");
  made.id = `prompt-${index}`;
  made.className = "menu__item";
  made.setAttribute("role", "option");
  const words = document.createElement("span");
  words.textContent = label;
  const small = document.createElement("small");
  small.textContent = hint;
  made.append(words, small);
  made.addEventListener("pointermove", () => choose(index));
  made.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    take(index);
  });
  return made;
}

function choose(index) {
  chosen = index;
  for (const [place, item] of [...menu.children].entries()) {
    item.setAttribute("aria-selected", String(place === index));
    if (place === index) item.scrollIntoView({ block: "nearest" });
  }
  question().setAttribute("aria-activedescendant", `prompt-${index}`);
}

function close() {
  if (!isOpen()) return;
  menu.hidePopover();
  question().removeAttribute("aria-activedescendant");
}

function take(index) {
  close();
  choices[index].run();
}

function manage() {
  question().value = "";
  question().dispatchEvent(new Event("input", { bubbles: true }));
  managePrompts();
}

function show(words) {
  const fitting = prompts.all.filter((one) => one.name.toLowerCase().includes(words));
  choices = fitting.map((one) => ({ label: one.name, hint: one.content, run: () => insertPrompt(one) }));
  if (choices.length === 0 && words) return close();
  const hint = prompts.all.length ? "" : "You have no saved prompts yet.";
  if (!words) choices.push({ label: prompts.all.length ? "Manage prompts…" : "Save a prompt…", hint, run: manage });
  menu.replaceChildren(...choices.map(option));
  if (!isOpen()) menu.showPopover();
  const at = question().getBoundingClientRect();
  menu.style.left = `${at.left}px`;
  menu.style.bottom = `${innerHeight - at.top + 8}px`;
  menu.style.width = `${Math.min(at.width, 480)}px`;
  choose(0);
  return undefined;
}

async function input(event) {
  if (event.target.id !== "question" || !state.viewer.kind) return;
  const [, words] = event.target.value.match(/^\/([^\n/]*)$/) ?? [];
  if (words === undefined) return close();
  try {
    await prompts.load();
    if (event.target.value === `/${words}`) show(words.toLowerCase());
  } catch (error) {
    tellError(error);
  }
}

const KEYS = {
  ArrowDown: () => choose((chosen + 1) % choices.length),
  ArrowUp: () => choose((chosen + choices.length - 1) % choices.length),
  Enter: () => take(chosen),
  Tab: () => take(chosen),
  Escape: close,
};

// Before the composer, for which Enter means to send.
document.addEventListener(
  "keydown",
  (event) => {
    if (!isOpen() || event.isComposing || !KEYS[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key]();
  },
  { capture: true },
);
document.addEventListener("input", input);
document.addEventListener("focusout", close);

register({
  keys: "/",
  label: "Use a saved prompt, in an empty message",
  group: "Writing",
  run: () => {
    question()?.focus();
    if (question()?.value !== "") return;
    question().value = "/";
    question().dispatchEvent(new Event("input", { bubbles: true }));
  },
});
