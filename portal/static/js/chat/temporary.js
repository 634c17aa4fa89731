// A temporary chat: nothing of it is stored, and the page says so as long as it is on.

import { newChat } from "./navigation.js";
import { state } from "./state.js";

const button = document.querySelector("[data-temporary]");
const banner = document.getElementById("temporary-banner");

function show() {
  button.setAttribute("aria-pressed", String(state.temporary));
  banner.hidden = !state.temporary;
}

// What was begun in one way stays so: the switch then begins another chat.
button.addEventListener("click", () => {
  const temporary = !state.temporary;
  if (state.conversation || document.querySelector("[id^=message-], .turn")) newChat();
  state.change({ temporary });
  document.getElementById("question")?.focus();
});
state.addEventListener("opened", show);
state.addEventListener("settings", show);
show();
