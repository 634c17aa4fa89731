/** Choosing a language in one example chooses it in all, and the browser keeps it. */
const STORE = "code-language";

function choose(language) {
  for (const tab of document.querySelectorAll(`[data-code-tabs] input[data-language="${CSS.escape(language)}"]`)) {
    tab.checked = true;
  }
}

document.addEventListener("change", (event) => {
  const { language } = event.target.dataset;
  if (!language) return;
  // The example that was clicked stays where it is, though others above it change their height.
  const before = event.target.closest("[data-code-tabs]").getBoundingClientRect().top;
  choose(language);
  scrollBy({ top: event.target.closest("[data-code-tabs]").getBoundingClientRect().top - before, behavior: "instant" });
  try {
    localStorage.setItem(STORE, language);
  } catch {
    // A browser without storage chooses anew on each page.
  }
});

try {
  const kept = localStorage.getItem(STORE);
  if (kept) choose(kept);
} catch {
  // As above.
}
