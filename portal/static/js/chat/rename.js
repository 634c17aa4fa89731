// A name is changed where it stands: Enter keeps the new one, Escape the old one.

// Puts a field in place of `shown`; `save(name)` is called with a new name, `done()` in any case.
export function renameInPlace(shown, { name, label, most, save, done }) {
  const field = document.createElement("input");
  field.className = "chat-item__input";
  field.value = name;
  field.maxLength = most;
  field.dir = "auto";
  field.setAttribute("aria-label", label);
  let isOver = false;

  function finish(keeps) {
    if (isOver) return;
    isOver = true;
    const wanted = field.value.trim();
    field.replaceWith(shown);
    if (keeps && wanted && wanted !== name) save(wanted);
    done();
  }

  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    finish(event.key === "Enter");
  });
  field.addEventListener("blur", () => finish(true));
  shown.replaceWith(field);
  field.focus();
  field.select();
}
