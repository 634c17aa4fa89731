// The folders of the list: each can be opened, which is remembered in this browser.

import { chatItem } from "./chat-list.js";
import { chats } from "./chats.js";
import { tellError } from "./toast.js";

const STORE = "chat-open-folders";
const template = document.getElementById("folder-item");
const list = document.querySelector("[data-folders]");
const open = new Set(read());

function read() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? [];
  } catch {
    return [];
  }
}

function keep() {
  try {
    localStorage.setItem(STORE, JSON.stringify([...open]));
  } catch {
    // Storage can be forbidden; it then lasts for this page.
  }
}

export function toggleFolder(id, isOpen = !open.has(id)) {
  if (isOpen) open.add(id);
  else open.delete(id);
  keep();
  drawFolders();
}

function nothing(words) {
  const empty = document.createElement("li");
  empty.className = "chat-folder__empty";
  empty.textContent = words;
  return empty;
}

function fill(content, id) {
  const isLoaded = chats.loadedFolders.has(id);
  const members = chats.in(id).map(chatItem);
  if (!isLoaded) chats.loadFolder(id).catch(tellError);
  if (members.length === 0) members.push(nothing(isLoaded ? "Nothing here yet. Drag a chat to it." : "Loading…"));
  content.querySelector("ul").replaceChildren(...members);
}

function folderItem(folder) {
  const item = template.content.firstElementChild.cloneNode(true);
  item.dataset.folder = folder.id;
  item.querySelector("[data-name]").textContent = folder.name;
  const content = item.querySelector(".chat-folder__content");
  const isOpen = open.has(folder.id);
  item.querySelector(".chat-folder__name").setAttribute("aria-expanded", String(isOpen));
  item.querySelector(".chat-item__more").setAttribute("aria-label", `What to do with the folder ${folder.name}`);
  content.hidden = !isOpen;
  if (isOpen) fill(content, folder.id);
  return item;
}

export function drawFolders() {
  list.replaceChildren(...chats.folders.map(folderItem));
}
