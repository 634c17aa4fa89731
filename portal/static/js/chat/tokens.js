// How large a model finds a text, by the server's own estimate.

const CHARACTERS_PER_TOKEN = 4;
const PER_MESSAGE = 4;

export function tokensOf(messages) {
  return messages.reduce((sum, text) => sum + PER_MESSAGE + Math.ceil(text.length / CHARACTERS_PER_TOKEN), 0);
}
