// A menu under a button, https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/. One is open at a time.

const menu = document.createElement("div");
menu.className = "menu";
menu.popover = "auto";
menu.setAttribute("role", "menu");
document.body.append(menu);
let opener = null;

function item({ label, run, isDanger, isChosen }) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = isDanger ? "menu__item menu__item--danger" : "menu__item";
  made.tabIndex = -1;
  made.dir = "auto";
  made.textContent = label;
  made.setAttribute("role", isChosen === undefined ? "menuitem" : "menuitemradio");
  if (isChosen !== undefined) made.setAttribute("aria-checked", String(isChosen));
  made.addEventListener("click", () => {
    menu.hidePopover();
    run();
  });
  return made;
}

function placeAt(button) {
  const at = button.getBoundingClientRect();
  const left = Math.min(at.left, innerWidth - menu.offsetWidth - 8);
  const fitsBelow = at.bottom + menu.offsetHeight + 8 < innerHeight;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${fitsBelow ? at.bottom + 4 : Math.max(8, at.top - menu.offsetHeight - 4)}px`;
}

// `items`: [{label, run, isDanger?, isChosen?}]; `isChosen` makes it one of several to choose from.
export function openMenu(button, items) {
  opener = button;
  menu.setAttribute("aria-label", button.getAttribute("aria-label") ?? button.textContent);
  menu.replaceChildren(...items.map(item));
  menu.showPopover();
  placeAt(button);
  button.setAttribute("aria-expanded", "true");
  menu.firstElementChild.focus();
}

function move(step) {
  const items = [...menu.children];
  const next = items.indexOf(document.activeElement) + step;
  items.at(next % items.length).focus();
}

const KEYS = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Home: () => menu.firstElementChild.focus(),
  End: () => menu.lastElementChild.focus(),
  Tab: () => menu.hidePopover(),
};

menu.addEventListener("keydown", (event) => {
  if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    [...menu.children].find((one) => one.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  }
});

menu.addEventListener("toggle", (event) => {
  if (event.newState === "open") return;
  opener?.setAttribute("aria-expanded", "false");
  if (menu.contains(document.activeElement) || document.activeElement === document.body) opener?.focus();
});
