/** `<local-time datetime>`: shows an instant in the person's own zone, and in UTC as its title; `relative` adds how far away it is. */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

function distanceTo(at) {
  const seconds = (at - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  const span = document.createElement("span");
  span.className = "local-time__distance";
  span.textContent = relative.format(Math.round(seconds / size), unit);
  return span;
}

class LocalTime extends HTMLElement {
  connectedCallback() {
    const at = new Date(this.getAttribute("datetime"));
    if (Number.isNaN(at.getTime())) return;

    this.title = at.toUTCString().replace("GMT", "UTC");
    const time = this.querySelector("time") ?? this;
    time.textContent = absolute.format(at);
    if (this.hasAttribute("relative")) this.append(" ", distanceTo(at));
  }
}

customElements.define("local-time", LocalTime);
