// Chooses one model of the catalogue: a button with its name, and a list that is searched by typing.
//
//   const picker = new ModelPicker({ value, onChange: (id) => …, label: "Model" });
//   picker.element          put it where it belongs
//   picker.value            the id; to set it tells nobody
//   picker.open()           shows the list
//   picker.disabled = true
//
// A combobox with a list box: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

import { api } from "./api.js";
import { modelEntry, matches } from "./model-entry.js";
import { state } from "./state.js";

const NARROW = matchMedia("(max-width: 40rem)");
const TOUCH = matchMedia("(pointer: coarse)");
const PAGE = 5;
const GAP = 6;
const LEAST_ROOM = 320;

const template = document.createElement("template");
template.innerHTML = `<div class="model-picker">
  <button type="button" class="model-picker__button" aria-haspopup="dialog" aria-expanded="false">
    <span class="model-picker__label visually-hidden"></span> <span class="model-picker__name"></span>
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="m4 6 4 4 4-4"/></svg>
  </button>
  <div class="model-picker__panel" popover="auto" role="dialog" aria-label="Choose a model" tabindex="-1">
    <div class="model-picker__search">
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3 3"/></svg>
      <input type="text" role="combobox" aria-label="Search models" aria-autocomplete="list" aria-expanded="true"
        placeholder="Search models" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="done">
    </div>
    <ul class="model-picker__list" role="listbox" aria-label="Models"></ul>
    <p class="model-picker__none" role="status"></p>
  </div>
</div>`;

let count = 0;

export class ModelPicker {
  #value;
  #onChange;
  #active = null;
  #button;
  #panel;
  #input;
  #list;

  constructor({ value = null, onChange, label = "Model" }) {
    count += 1;
    this.element = document.importNode(template.content, true).firstElementChild;
    const find = (name) => this.element.querySelector(name);
    [this.#button, this.#panel, this.#input, this.#list] = ["button", "[popover]", "input", "ul"].map(find);
    this.#onChange = onChange;
    this.#list.id = `model-picker-${count}`;
    this.#input.setAttribute("aria-controls", this.#list.id);
    find(".model-picker__label").textContent = `${label}:`;
    this.value = value;
    this.#listen();
  }

  get value() {
    return this.#value;
  }

  set value(id) {
    this.#value = id;
    this.element.querySelector(".model-picker__name").textContent = state.model(id)?.name ?? id ?? "Choose a model";
  }

  set disabled(isDisabled) {
    this.#button.disabled = isDisabled;
  }

  open() {
    if (this.#panel.matches(":popover-open") || this.#button.disabled) return;
    this.#input.value = "";
    this.#show();
    this.#panel.showPopover();
    this.#place();
    // A keyboard on the screen would cover the list that somebody wants to look at.
    (TOUCH.matches ? this.#panel : this.#input).focus({ preventScroll: true });
    this.#activate(this.#options().find((one) => one.ariaSelected === "true") ?? this.#options()[0] ?? null);
    this.#renew();
  }

  // The page may be old: what was away may be back. Without an answer the list stays as it is.
  async #renew() {
    const answer = await api("GET", "/api/models").catch(() => null);
    if (!answer) return;
    state.catalogue = answer.models;
    if (!this.#panel.matches(":popover-open")) return;
    const active = this.#active?.dataset.model;
    this.#show();
    this.#activate(this.#options().find((one) => one.dataset.model === active) ?? this.#options()[0] ?? null, false);
  }

  #listen() {
    this.#button.addEventListener("click", () => this.open());
    this.#button.addEventListener("keydown", (event) => {
      if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
      event.preventDefault();
      this.open();
    });
    this.#input.addEventListener("input", () => {
      this.#show();
      this.#activate(this.#options()[0] ?? null);
    });
    this.#panel.addEventListener("keydown", (event) => this.#press(event));
    this.#list.addEventListener("click", ({ target }) => this.#choose(target.closest("[role=option]")));
    this.#list.addEventListener("pointermove", ({ target }) => this.#activate(target.closest("[role=option]"), false));
    this.#panel.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !this.#panel.contains(relatedTarget)) this.#close();
    });
    this.#panel.addEventListener("toggle", ({ newState }) => {
      this.#button.ariaExpanded = String(newState === "open");
    });
  }

  #close() {
    if (this.#panel.matches(":popover-open")) this.#panel.hidePopover();
  }

  #press(event) {
    const options = this.#options();
    const at = options.indexOf(this.#active);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + PAGE, PageUp: at - PAGE };
    if (event.key in moves) {
      const isStep = event.key.startsWith("Arrow");
      const to = isStep ? (moves[event.key] + options.length) % options.length : moves[event.key];
      this.#activate(options.at(Math.max(0, Math.min(to, options.length - 1))) ?? null);
    } else if (event.key === "Enter" && !event.isComposing) this.#choose(this.#active);
    else if (event.key === "Escape") this.#close();
    else return;
    // What the page does with these keys is not meant here.
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(option) {
    if (!option || option.ariaDisabled === "true") return;
    const { model } = option.dataset;
    this.#close();
    if (model === this.#value) return;
    this.value = model;
    this.#onChange(model);
  }

  #activate(option, scrolls = true) {
    if (option === this.#active && option?.dataset.active) return;
    delete this.#active?.dataset.active;
    this.#active = option;
    if (option) option.dataset.active = "true";
    if (option) this.#input.setAttribute("aria-activedescendant", option.id);
    else this.#input.removeAttribute("aria-activedescendant");
    if (scrolls) option?.scrollIntoView({ block: "nearest" });
  }

  #options() {
    return [...this.#list.children];
  }

  // Those that can't be chosen come last, with why.
  #show() {
    const found = state.catalogue.filter((one) => one.mode === "chat" && matches(one, this.#input.value));
    const sorted = [...found.filter((one) => one.available !== false), ...found.filter((one) => one.available === false)];
    this.#list.replaceChildren(
      ...sorted.map((one, place) => modelEntry(one, `${this.#list.id}-${place}`, one.id === this.#value)),
    );
    this.#list.hidden = !sorted.length;
    this.#panel.querySelector(".model-picker__none").textContent = sorted.length ? "" : "No model has these words.";
  }

  // Where there is room, below the button or above it; on a phone the stylesheet puts it at the bottom.
  #place() {
    const { style } = this.#panel;
    style.cssText = "";
    if (NARROW.matches) return;
    const button = this.#button.getBoundingClientRect();
    const below = innerHeight - button.bottom - 2 * GAP;
    const above = button.top - 2 * GAP;
    const isBelow = below >= LEAST_ROOM || below >= above;
    style.maxHeight = `${isBelow ? below : above}px`;
    style[isBelow ? "top" : "bottom"] = `${isBelow ? button.bottom + GAP : innerHeight - button.top + GAP}px`;
    style.left = `${Math.max(GAP, Math.min(button.left, innerWidth - this.#panel.offsetWidth - GAP))}px`;
  }
}
