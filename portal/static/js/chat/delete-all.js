// All chats at once, which has to be typed.

import { chats } from "./chats.js";
import { newChat } from "./navigation.js";
import { toast } from "./toast.js";

const dialog = document.getElementById("delete-all");
const opener = document.querySelector("[data-delete-all]");
const WORD = "delete";

async function send(event) {
  event.preventDefault();
  const problem = dialog.querySelector("[data-problem]");
  if (dialog.querySelector("input").value.trim().toLowerCase() !== WORD) {
    problem.textContent = `Please type “${WORD}”.`;
    problem.hidden = false;
    return;
  }
  try {
    await chats.removeAll();
    dialog.close();
    newChat();
    toast("All your chats were deleted.");
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
}

opener.addEventListener("click", () => {
  dialog.querySelector("form").reset();
  dialog.querySelector("[data-problem]").hidden = true;
  dialog.showModal();
});
dialog.querySelector("form").addEventListener("submit", send);
