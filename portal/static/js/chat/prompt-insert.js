// Puts a saved prompt where the next message is written, in place of the `/` that asked for it.

export function insertPrompt(prompt) {
  const question = document.getElementById("question");
  const before = question.value.startsWith("/") ? "" : question.value;
  question.value = before && !before.endsWith("\n") ? `${before}\n${prompt.content}` : before + prompt.content;
  question.dispatchEvent(new Event("input", { bubbles: true }));
  question.focus();
  question.setSelectionRange(question.value.length, question.value.length);
}
