// Copies a text and says so on the button; `false` where the page may not.

const SHOWN_FOR_MS = 2000;

export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Closed to pages without TLS, and to people who refused it.
    return false;
  }
  button.dataset.done = "";
  setTimeout(() => delete button.dataset.done, SHOWN_FOR_MS);
  return true;
}
