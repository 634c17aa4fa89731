"""A title from the first words of a question."""

import re

MOST_CHARACTERS = 60
MARKS = re.compile(r"[#>*_`~|]+")


def title_of(question: str) -> str:
    """One line of at most 60 characters, cut between words where there are some. Empty for nothing but marks."""
    line = shown(question)
    if len(line) <= MOST_CHARACTERS:
        return line
    cut = line[:MOST_CHARACTERS]
    words, space, _ = cut.rpartition(" ")
    whole = words if space and len(words) > MOST_CHARACTERS // 2 else cut[:-1]
    return whole.rstrip(" ,.;:-") + "…"


def shown(text: str) -> str:
    """On one line, without Markdown's marks and what cannot be seen."""
    plain = "".join(one if one.isprintable() else " " for one in MARKS.sub(" ", text[: MOST_CHARACTERS * 20]))
    return " ".join(plain.split())
