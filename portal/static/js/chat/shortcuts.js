// Every shortcut of the page, registered once with what it does, so that the list under `?` is what really works.
//
//   keys    "Ctrl+K", "Ctrl+Shift+O", "Escape", "?", "/", "Enter"; Ctrl is also Cmd on a Mac
//   label   what it does, for people; group: under which heading
//   run     does it; `false` says that it did not, so that the event goes on. Without it the browser does it.
//   when    whether it applies to this event now
//   typing  also in a text field; there nothing but Ctrl and Escape counts otherwise

const registered = [];
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

export function register(shortcut) {
  const one = { group: "List of chats", when: () => true, typing: false, ...shortcut };
  registered.push(one);
  return () => registered.splice(registered.indexOf(one), 1);
}

export function groups() {
  return Map.groupBy(registered, (one) => one.group);
}

// The names of keys as they stand on the keyboard.
export function keyNames(keys) {
  const names = { Ctrl: isMac ? "⌘" : "Ctrl", Escape: "Esc", ArrowUp: "↑", ArrowDown: "↓" };
  return keys.split("+").map((key) => names[key] ?? key);
}

function fits(keys, event) {
  const parts = keys.split("+");
  const key = parts.pop();
  const wantsShift = parts.includes("Shift");
  if (parts.includes("Ctrl") !== (event.ctrlKey || event.metaKey) || event.altKey) return false;
  // A sign such as `?` may need Shift to be typed at all.
  if (wantsShift !== event.shiftKey && (wantsShift || key.length > 1 || /[a-z]/i.test(key))) return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

function isTyping(event) {
  return event.target.closest?.("input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable=true]");
}

function mayRun(one, event) {
  const isStrong = /^(Ctrl\+|Escape$)/.test(one.keys);
  return one.run && (one.typing || isStrong || !isTyping(event)) && one.when(event);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog:modal")) return;
  for (const one of registered.toReversed()) {
    if (!fits(one.keys, event) || !mayRun(one, event)) continue;
    if (one.run(event) === false) continue;
    event.preventDefault();
    return;
  }
});
