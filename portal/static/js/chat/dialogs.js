// Dialogs of the page close by their buttons and by a press beside them; Escape is the browser's.

document.addEventListener("click", ({ target }) => {
  const dialog = target.closest?.("dialog");
  if (dialog && (target === dialog || target.closest("[data-close]"))) dialog.close();
});
