// The list of shortcuts, made from those that are registered.

import { groups, keyNames, register } from "./shortcuts.js";

const dialog = document.getElementById("chat-help");
const place = dialog.querySelector("[data-shortcuts]");

function made(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function rows(shortcuts) {
  const list = document.createElement("dl");
  for (const { keys, label } of shortcuts) {
    const row = document.createElement("div");
    const combination = document.createElement("dd");
    combination.append(...keyNames(keys).map((name) => made("kbd", name)));
    row.append(made("dt", label), combination);
    list.append(row);
  }
  return list;
}

export function openHelp() {
  const parts = [...groups()].flatMap(([name, shortcuts]) => [made("h3", name), rows(shortcuts)]);
  place.replaceChildren(...parts);
  dialog.showModal();
}

for (const opener of document.querySelectorAll("[data-open-help]")) opener.addEventListener("click", openHelp);
register({ keys: "?", label: "Show these shortcuts", group: "Page", run: openHelp });
