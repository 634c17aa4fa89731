// Chats are dragged into a folder, or out of it. The menu of a chat does the same without a mouse.

import { chats } from "./chats.js";
import { tellError } from "./toast.js";

const TYPE = "text/x-chat";
const sidebar = document.getElementById("chat-sidebar");

// A folder, or the list of those that lie in none.
const targetOf = (element) => element.closest("[data-folder], [data-chats]");

function mark(target) {
  for (const one of sidebar.querySelectorAll(".is-target")) one.classList.remove("is-target");
  target?.classList.add("is-target");
}

sidebar.addEventListener("dragstart", (event) => {
  const item = event.target.closest(".chat-item");
  if (!item) return;
  event.dataTransfer.setData(TYPE, item.dataset.id);
  event.dataTransfer.effectAllowed = "move";
  item.classList.add("is-dragged");
});

sidebar.addEventListener("dragend", (event) => {
  event.target.closest(".chat-item")?.classList.remove("is-dragged");
  mark(null);
});

sidebar.addEventListener("dragover", (event) => {
  const target = targetOf(event.target);
  if (!target || !event.dataTransfer.types.includes(TYPE)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  mark(target);
});

sidebar.addEventListener("drop", (event) => {
  const target = targetOf(event.target);
  const id = event.dataTransfer.getData(TYPE);
  mark(null);
  if (!target || !id) return;
  event.preventDefault();
  const folder = target.dataset.folder ?? null;
  if (chats.find(id)?.folder !== folder) chats.change(id, { folder }).catch(tellError);
});
