"""The place in a text where what was looked for stands, with the found words marked."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import islice

from pydantic import BaseModel

BEFORE = 40
LENGTH = 200
# In a text that has more of them, the best place among the first ones will do.
MOST_MATCHES = 500
MOST_JOINED = 20
JOINER = "\u200d"
CUT = "…"
WORD = r"[^\W_]"


class Part(BaseModel):
    text: str
    found: bool


def excerpt(text: str, words: Sequence[str], *, in_words: bool) -> list[Part]:
    """`in_words`: as Postgres finds them, each as a word and the last one as the beginning of one; otherwise anywhere.

    Where none of `words` is found as it was typed (`C++` finds `C`), their letters and digits are.
    """
    pattern = _pattern(words, in_words=in_words)
    if not pattern.search(text):
        pattern = _pattern(re.findall(f"{WORD}+", " ".join(words)) or words, in_words=in_words)
    start, end = _place(text, pattern)
    shown = " ".join(text[start:end].split())
    return _parts((CUT if start else "") + shown + (CUT if end < len(text) else ""), pattern)


def _pattern(words: Sequence[str], *, in_words: bool) -> re.Pattern[str]:
    """Each word in a group of its own, so that they can be told apart."""
    groups = [_group(word, in_words=in_words, is_last=word is words[-1]) for word in words]
    return re.compile("|".join(groups), re.IGNORECASE)


def _group(word: str, *, in_words: bool, is_last: bool) -> str:
    before, after = "", ""
    if in_words and re.match(WORD, word):
        before = f"(?<!{WORD})"
    if in_words and re.match(WORD, word[-1]):
        after = f"{WORD}*" if is_last else f"(?!{WORD})"
    return f"({before}{re.escape(word)}{after})"


def _place(text: str, pattern: re.Pattern[str]) -> tuple[int, int]:
    """Where most of the words stand together, and of such places the first."""
    matches = [(found.start(), found.lastindex) for found in islice(pattern.finditer(text), MOST_MATCHES)]
    best, most = 0, 0
    for number, (at, _) in enumerate(matches):
        near = {word for place, word in matches[number : number + LENGTH] if place < at + LENGTH - BEFORE}
        if len(near) > most:
            best, most = at, len(near)
    start = max(0, best - BEFORE)
    end = min(len(text), start + LENGTH)
    return _word_start(text, start, best), _word_end(text, end, best)


def _word_start(text: str, start: int, found: int) -> int:
    if start == 0:
        return 0
    space = re.search(r"\s", text[start:found])
    return start + space.end() if space else _between_characters(text, start)


def _word_end(text: str, end: int, found: int) -> int:
    if end == len(text):
        return end
    space = text.rfind(" ", found + BEFORE, end)
    return space if space > 0 else _between_characters(text, end)


def _between_characters(text: str, index: int) -> int:
    """Accents and joined emoji stay with what they belong to."""
    for place in range(index, min(index + MOST_JOINED, len(text))):
        one = text[place]
        if unicodedata.category(one)[0] != "M" and JOINER not in (one, text[place - 1]):
            return place
    return index


def _parts(text: str, pattern: re.Pattern[str]) -> list[Part]:
    parts, last = [], 0
    for found in pattern.finditer(text):
        parts += [Part(text=text[last : found.start()], found=False), Part(text=found.group(), found=True)]
        last = found.end()
    parts.append(Part(text=text[last:], found=False))
    return [part for part in parts if part.text]
