// Opens and closes the panel of settings; on narrow windows it lies over the conversation.

import { register } from "./shortcuts.js";

const panel = document.getElementById("chat-settings");
const opener = document.querySelector("[data-open-settings]");

export function openSettings() {
  panel.hidden = false;
  opener.setAttribute("aria-expanded", "true");
  document.getElementById("chat-settings-title").focus();
}

function closeSettings() {
  panel.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  opener.focus();
}

opener.addEventListener("click", () => (panel.hidden ? openSettings() : closeSettings()));
panel.querySelector("[data-close-settings]").addEventListener("click", closeSettings);
register({
  keys: "Escape",
  label: "Close the settings",
  group: "Page",
  when: (event) => panel.contains(event.target),
  run: closeSettings,
});
