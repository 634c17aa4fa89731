// Which chat is shown, and its address: opening one, beginning one, and the browser's way back.

import { api } from "./api.js";
import { UNTITLED } from "./chat-list.js";
import { chats } from "./chats.js";
import { closeDrawer } from "./drawer.js";
import { keepNow } from "./settings-keep.js";
import { state } from "./state.js";
import { tellError, toast } from "./toast.js";

const site = document.title.slice(document.title.lastIndexOf(" – "));
let request = null;

// The last message of the branch that a message stands on: of its newest answers, on and on.
function endOfBranch(messages, id) {
  const next = messages.findLast((one) => one.parent === id);
  return next ? endOfBranch(messages, next.id) : id;
}

// `found`: the message to look at. `push`: false where the address is right already.
export async function openChat(id, { push = true, found = null } = {}) {
  request?.abort();
  request = new AbortController();
  try {
    const whole = await api("GET", `/api/conversations/${id}`, undefined, { signal: request.signal });
    if (found) whole.leaf = endOfBranch(whole.messages, found);
    if (push) history.pushState(null, "", `/chat/${id}`);
    closeDrawer();
    keepNow();
    state.show(whole);
    if (found) state.tell("found", { message: found });
  } catch (error) {
    if (error.status === 404) gone(id);
    else tellError(error);
  }
}

function gone(id) {
  chats.forget(id);
  toast("This chat is not there any more. It may have been deleted in another window.");
}

export function newChat({ push = true, folder = null } = {}) {
  request?.abort();
  if (push) history.pushState(null, "", "/chat");
  closeDrawer();
  keepNow();
  state.show(null, { folder });
  document.getElementById("question")?.focus();
}

function showTitle() {
  const folder = !state.conversation && chats.folders.find((one) => one.id === state.folder);
  const title = folder ? `${UNTITLED} in ${folder.name}` : state.conversation?.title || UNTITLED;
  document.getElementById("chat-title").textContent = title;
  document.title = (state.conversation?.title || "Chat") + site;
}

addEventListener("popstate", () => {
  const [, id] = location.pathname.match(/^\/chat\/([^/]+)$/) ?? [];
  if (id === state.conversation?.id) return;
  if (id) openChat(id, { push: false });
  else newChat({ push: false });
});

state.addEventListener("opened", showTitle);
state.addEventListener("created", ({ detail }) => history.replaceState(null, "", `/chat/${detail.id}`));
state.addEventListener("titled", ({ detail }) => {
  if (detail.id !== state.conversation?.id) return;
  state.conversation.title = detail.title;
  showTitle();
});
