// Saved prompts in the panel of settings: used, made, changed and deleted there.

import { openMenu } from "./menu.js";
import { insertPrompt } from "./prompt-insert.js";
import { prompts } from "./prompt-store.js";
import { openSettings } from "./settings-panel.js";
import { state } from "./state.js";
import { quoted, tellError, toast } from "./toast.js";

const list = document.querySelector("[data-prompts]");
const dialog = document.getElementById("prompt-dialog");
const template = document.getElementById("prompt-item");
let edited = null;

function edit(prompt = null) {
  edited = prompt;
  const form = dialog.querySelector("form");
  form.elements.name.value = prompt?.name ?? "";
  form.elements.content.value = prompt?.content ?? "";
  complain("");
  dialog.showModal();
}

function complain(words) {
  const problem = dialog.querySelector("[data-problem]");
  problem.textContent = words;
  problem.hidden = !words;
}

async function save(event) {
  event.preventDefault();
  const { name, content } = Object.fromEntries(new FormData(event.target));
  if (!name.trim() || !content.trim()) return complain("Please give it a name and a text.");
  try {
    await prompts.save(edited?.id, { name: name.trim(), content });
    dialog.close();
  } catch (error) {
    complain(error.message);
  }
  return undefined;
}

async function remove(prompt) {
  try {
    await prompts.remove(prompt.id);
    const again = () => prompts.save(null, { name: prompt.name, content: prompt.content }).catch(tellError);
    toast(`${quoted(prompt.name)} was deleted.`, { action: "Undo", run: again });
  } catch (error) {
    tellError(error);
  }
}

function item(prompt) {
  const made = template.content.firstElementChild.cloneNode(true);
  made.querySelector("[data-name]").textContent = prompt.name;
  made.querySelector("[data-content]").textContent = prompt.content;
  const button = made.querySelector("button");
  button.setAttribute("aria-label", `What to do with the prompt ${prompt.name}`);
  button.addEventListener("click", () =>
    openMenu(button, [
      { label: "Put into the message", run: () => insertPrompt(prompt) },
      { label: "Use as system prompt", run: () => state.change({ systemPrompt: prompt.content }) },
      { label: "Edit", run: () => edit(prompt) },
      { label: "Delete", isDanger: true, run: () => remove(prompt) },
    ]),
  );
  return made;
}

function draw() {
  list.replaceChildren(...prompts.all.map(item));
}

export function managePrompts() {
  openSettings();
  document.querySelector("[data-new-prompt]").focus();
}

dialog.querySelector("form").addEventListener("submit", save);
document.querySelector("[data-new-prompt]").addEventListener("click", () => edit());
document.querySelector("[data-open-settings]").addEventListener("click", () => {
  if (state.viewer.kind) prompts.load().catch(tellError);
});
prompts.addEventListener("changed", draw);
