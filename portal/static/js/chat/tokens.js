// About how many tokens a text has: the same estimate as the server's `portal/chat/tokens.py`.

const BYTES_PER_TOKEN = 3;
const TOKENS_PER_MESSAGE = 4;
const encoder = new TextEncoder();

export function tokensOf(text) {
  return Math.ceil(encoder.encode(text).length / BYTES_PER_TOKEN) + TOKENS_PER_MESSAGE;
}
