// A short word at the edge of the page, with one thing to do about it. Hovering it or being in it keeps it there.

const toasts = document.getElementById("toasts");

function button(label, className, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = label;
  made.addEventListener("click", run);
  return made;
}

function leaveAfter(shown, seconds) {
  let timer;
  const start = () => (timer = setTimeout(() => shown.remove(), seconds * 1000));
  const hold = () => clearTimeout(timer);
  for (const type of ["pointerenter", "focusin"]) shown.addEventListener(type, hold);
  for (const type of ["pointerleave", "focusout"]) shown.addEventListener(type, start);
  start();
}

export function toast(text, { action, run, seconds = 10, kind } = {}) {
  const shown = document.createElement("div");
  shown.className = kind ? `toast toast--${kind}` : "toast";
  const words = document.createElement("p");
  words.textContent = text;
  shown.append(words);
  if (action) {
    shown.append(
      button(action, "toast__action", () => {
        shown.remove();
        run();
      }),
    );
  }
  shown.append(button("Close", "toast__close", () => shown.remove()));
  toasts.append(shown);
  leaveAfter(shown, seconds);
}

// A title in a sentence: its own direction of writing does not turn the words around it.
export const quoted = (title) => `“\u2068${title}\u2069”`;

// For what a person asked for and did not get.
export function tellError(error) {
  if (error.name !== "AbortError") toast(error.message, { kind: "danger" });
}
