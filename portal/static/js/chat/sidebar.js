// The list of chats beside the conversation.

import { deleteChat, newFolder, openChatMenu, openFolderMenu, renameChat } from "./chat-actions.js";
import { drawChats } from "./chat-list.js";
import { chats } from "./chats.js";
import "./delete-all.js";
import "./drag.js";
import "./drawer.js";
import { drawFolders, toggleFolder } from "./folders.js";
import { newChat, openChat } from "./navigation.js";
import { register } from "./shortcuts.js";
import { state } from "./state.js";
import { tellError, toast } from "./toast.js";

const sidebar = document.getElementById("chat-sidebar");

const itemsShown = () => [...sidebar.querySelectorAll(".chat-item, .chat-folder__head")];

// The same thing keeps the focus when the list is drawn anew, or what follows it when it is gone.
function focused() {
  const { activeElement } = document;
  const item = activeElement?.closest(".chat-item, .chat-folder__head");
  if (!item || !sidebar.contains(item)) return () => {};
  const place = itemsShown().indexOf(item);
  const { id, folder } = item.closest("[data-id], [data-folder]").dataset;
  const where = id ? `.chat-item[data-id="${id}"]` : `[data-folder="${folder}"] > .chat-folder__head`;
  const what = activeElement.matches(".chat-item__more") ? ".chat-item__more" : "a, .chat-folder__name";
  return () => {
    const again = sidebar.querySelector(where)?.querySelector(what);
    const next = itemsShown()[Math.min(place, itemsShown().length - 1)]?.firstElementChild;
    (again ?? next)?.focus({ preventScroll: Boolean(again) });
  };
}

function draw() {
  if (sidebar.querySelector(".chat-item__input")) return;
  const focusAgain = focused();
  drawFolders();
  drawChats();
  focusAgain();
}

function refresh() {
  if (state.viewer.kind) chats.refresh().catch(tellError);
}

const plainClick = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;

function click(event) {
  const { target } = event;
  const id = target.closest(".chat-item")?.dataset.id;
  const folder = target.closest(".chat-folder__head")?.parentElement.dataset.folder;
  const more = target.closest(".chat-item__more");
  if (more) return id ? openChatMenu(id, more) : openFolderMenu(folder, more);
  if (target.closest("[data-new-folder]")) return newFolder();
  if (target.closest(".chat-folder__name")) return toggleFolder(folder);
  if (!plainClick(event)) return undefined;
  if (target.closest("[data-new-chat]")) {
    event.preventDefault();
    newChat();
  } else if (target.closest(".chat-item__link")) {
    event.preventDefault();
    openChat(id);
  }
  return undefined;
}

const shownItem = () => document.activeElement?.closest(".chat-item")?.dataset.id;

sidebar.addEventListener("click", click);
chats.addEventListener("changed", draw);
state.addEventListener("opened", draw);
state.addEventListener("created", refresh);
state.addEventListener("changed", refresh);
state.addEventListener("titled", ({ detail: { id, title } }) => {
  if (chats.find(id)) chats.put({ ...chats.find(id), title });
});

register({ keys: "Ctrl+Shift+O", label: "New chat", run: () => newChat() });
register({ keys: "F2", label: "Rename the chat in the list", when: shownItem, run: () => renameChat(shownItem()) });
register({ keys: "Delete", label: "Delete the chat in the list", when: shownItem, run: () => deleteChat(shownItem()) });

const more = sidebar.querySelector("[data-more]");
const watch = new IntersectionObserver(([seen]) => seen.isIntersecting && chats.next && loadOlder(), {
  root: sidebar.querySelector("[data-scroll]"),
  rootMargin: "300px",
});

async function loadOlder() {
  try {
    await chats.loadMore();
    // A page that did not fill the window leaves the mark in sight, which is no news to the observer.
    watch.unobserve(more);
    watch.observe(more);
  } catch (error) {
    toast(error.message, { kind: "danger", action: "Try again", run: loadOlder });
  }
}

watch.observe(more);
draw();
