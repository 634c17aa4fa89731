// Draws the list of chats, grouped by date, and says which of them is shown.

import { chats } from "./chats.js";
import { state } from "./state.js";

export const UNTITLED = "New chat";
const DAY = 86_400_000;
const template = document.getElementById("chat-item");
const place = document.querySelector("[data-chats]");

const startOfDay = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate());
const monthName = new Intl.DateTimeFormat(document.documentElement.lang, { month: "long", year: "numeric" });

function groupOf(chat) {
  const at = new Date(chat.updated_at);
  const days = Math.round((startOfDay(new Date()) - startOfDay(at)) / DAY);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days <= 7) return "Previous 7 days";
  return monthName.format(at);
}

export function chatItem(chat) {
  const item = template.content.firstElementChild.cloneNode(true);
  const title = chat.title || UNTITLED;
  const link = item.querySelector(".chat-item__link");
  item.dataset.id = chat.id;
  link.href = `/chat/${chat.id}`;
  link.textContent = title;
  link.title = title;
  if (chat.id === state.conversation?.id) link.setAttribute("aria-current", "page");
  item.querySelector("button").setAttribute("aria-label", `What to do with ${title}`);
  return item;
}

function group(name, members) {
  const section = document.createElement("section");
  const heading = document.createElement("h2");
  heading.className = "chat-sidebar__label";
  heading.textContent = name;
  const list = document.createElement("ul");
  list.className = "chat-list";
  list.setAttribute("role", "list");
  list.append(...members.map(chatItem));
  section.append(heading, list);
  return section;
}

export function drawChats() {
  const groups = Map.groupBy(chats.in(), groupOf);
  place.replaceChildren(...[...groups].map(([name, members]) => group(name, members)));
  document.querySelector("[data-empty]").hidden = !chats.isEmpty;
  document.querySelector("[data-more]").hidden = !chats.next;
}
