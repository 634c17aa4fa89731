"""How many tokens a text has, about: a token for every three bytes of UTF-8, and some for each message.

English has about four bytes to a token, source code three, Chinese and Japanese three (a character), so the estimate is
on the safe side for nearly everything, and the page can make the same one: `static/js/chat/tokens.js` does.
"""

BYTES_PER_TOKEN = 3
TOKENS_PER_MESSAGE = 4


def tokens_of(text: str) -> int:
    return -(-len(text.encode()) // BYTES_PER_TOKEN) + TOKENS_PER_MESSAGE
