/** Links marked `data-dialog` show their page's `data-dialog-content` in a dialog; without this they open the page. */
const dialog = document.createElement("dialog");
dialog.className = "dialog";
document.body.append(dialog);

async function fetchContent(href) {
  const response = await fetch(href);
  // Redirected means to the sign-in, which is a page of its own.
  if (!response.ok || response.redirected) return null;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return page.querySelector("[data-dialog-content]");
}

async function open(link) {
  const content = await fetchContent(link.href).catch(() => null);
  if (!content) {
    location.assign(link.href);
    return;
  }
  content.classList.remove("card", "card--raised");
  const title = content.querySelector("h1");
  title.id = "dialog-title";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.replaceChildren(content);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  open(link);
});

dialog.addEventListener("click", (event) => {
  if (event.target !== dialog && !event.target.closest("[data-dialog-close]")) return;
  event.preventDefault();
  dialog.close();
});

// The browser may bring the page back from its memory as it was left: busy, and with keys as they were.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// One press sends a form once.
document.addEventListener("submit", ({ target }) => {
  const button = target.querySelector("button[data-busy-label]");
  if (!button) return;
  button.ariaBusy = "true";
  button.textContent = button.dataset.busyLabel;
  setTimeout(() => (button.disabled = true));
});
