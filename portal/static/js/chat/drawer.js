// At phone width the list of chats is a drawer over the conversation.

const sidebar = document.getElementById("chat-sidebar");
const backdrop = document.querySelector(".chat__backdrop");
const opener = document.querySelector("[data-open-drawer]");
const isNarrow = matchMedia("(max-width: 48rem)");
const behind = document.querySelectorAll(".skip-link, .site-header, .chat__main");

function show(isOpen) {
  sidebar.classList.toggle("is-open", isOpen);
  backdrop.hidden = !isOpen;
  opener.setAttribute("aria-expanded", String(isOpen));
  // What lies behind it can't be reached, so the focus stays in the drawer.
  for (const part of behind) part.inert = isOpen;
}

export function closeDrawer() {
  if (!sidebar.classList.contains("is-open")) return;
  show(false);
  opener.focus();
}

opener.addEventListener("click", () => {
  show(true);
  sidebar.querySelector("[data-new-chat]").focus();
});
for (const one of document.querySelectorAll("[data-close-drawer]")) one.addEventListener("click", closeDrawer);
sidebar.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !sidebar.classList.contains("is-open")) return;
  event.preventDefault();
  closeDrawer();
});
isNarrow.addEventListener("change", () => show(false));
