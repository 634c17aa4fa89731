// What can be done with a chat or a folder of the list, by its menu.

import { UNTITLED } from "./chat-list.js";
import { chats } from "./chats.js";
import { drawFolders, toggleFolder } from "./folders.js";
import { openMenu } from "./menu.js";
import { newChat } from "./navigation.js";
import { renameInPlace } from "./rename.js";
import { state } from "./state.js";
import { quoted, tellError, toast } from "./toast.js";

const MOST_TITLE = 200;
const MOST_NAME = 100;
const redraw = () => chats.dispatchEvent(new Event("changed"));

export function renameChat(id) {
  const chat = chats.find(id);
  const link = document.querySelector(`.chat-item[data-id="${id}"] .chat-item__link`);
  if (!chat || !link) return;
  renameInPlace(link, {
    name: chat.title,
    label: "Title of the chat",
    most: MOST_TITLE,
    save: (title) => {
      const before = chat.title;
      state.tell("titled", { id, title });
      chats.change(id, { title }).catch((error) => {
        state.tell("titled", { id, title: before });
        tellError(error);
      });
    },
    done: () => {
      redraw();
      document.querySelector(`.chat-item[data-id="${id}"] .chat-item__link`)?.focus();
    },
  });
}

async function moveChat(id, folder) {
  if (folder) toggleFolder(folder, true);
  try {
    await chats.change(id, { folder });
  } catch (error) {
    tellError(error);
  }
}

// The list may have been drawn anew since its menu was opened.
function chooseFolder(id) {
  const { folder: here } = chats.find(id);
  openMenu(document.querySelector(`.chat-item[data-id="${id}"] .chat-item__more`), [
    { label: "No folder", isChosen: here === null, run: () => moveChat(id, null) },
    ...chats.folders.map(({ id: folder, name }) => ({
      label: name,
      isChosen: here === folder,
      run: () => moveChat(id, folder),
    })),
    { label: "New folder…", run: () => newFolder(id) },
  ]);
}

export async function deleteChat(id) {
  const title = chats.find(id)?.title || UNTITLED;
  const wasShown = id === state.conversation?.id;
  if (wasShown) newChat();
  try {
    await chats.remove(id);
    toast(`${quoted(title)} was deleted.`, { action: "Undo", run: () => chats.restore(id).catch(tellError) });
  } catch (error) {
    tellError(error);
  }
}

export function openChatMenu(id, button) {
  openMenu(button, [
    { label: "Rename", run: () => renameChat(id) },
    { label: "Move to…", run: () => chooseFolder(id) },
    { label: "Delete", isDanger: true, run: () => deleteChat(id) },
  ]);
}

// Named first and made then; `chat`: the chat to put in it.
export function newFolder(chat = null) {
  const item = document.createElement("li");
  const place = document.createElement("span");
  item.append(place);
  document.querySelector("[data-folders]").append(item);
  renameInPlace(place, {
    name: "",
    label: "Name of the new folder",
    most: MOST_NAME,
    save: (name) => makeFolder(name, chat),
    done: drawFolders,
  });
}

async function makeFolder(name, chat) {
  try {
    const { id } = await chats.addFolder(name);
    if (chat) await moveChat(chat, id);
    document.querySelector(`[data-folder="${id}"] .chat-folder__name`)?.focus();
  } catch (error) {
    tellError(error);
  }
}

function renameFolder(id) {
  const folder = chats.folders.find((one) => one.id === id);
  renameInPlace(document.querySelector(`[data-folder="${id}"] .chat-folder__name`), {
    name: folder.name,
    label: "Name of the folder",
    most: MOST_NAME,
    save: (name) => chats.renameFolder(id, name).catch(tellError),
    done: () => {
      drawFolders();
      document.querySelector(`[data-folder="${id}"] .chat-folder__name`)?.focus();
    },
  });
}

async function deleteFolder(id) {
  const { name } = chats.folders.find((one) => one.id === id);
  try {
    await chats.removeFolder(id);
    toast(`The folder ${quoted(name)} was deleted. Its chats are still in the list.`);
  } catch (error) {
    tellError(error);
  }
}

export function openFolderMenu(id, button) {
  openMenu(button, [
    { label: "New chat in it", run: () => newChat({ folder: id }) },
    { label: "Rename", run: () => renameFolder(id) },
    { label: "Delete, keep its chats", isDanger: true, run: () => deleteFolder(id) },
  ]);
}
