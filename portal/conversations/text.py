"""Text of the chat. People paste anything, so what can't be kept is left out in place of a refusal."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

MOST_TITLE = 200
MOST_NAME = 100
MOST_TEXT = 50_000


def one_line(text: str) -> str:
    """Line breaks become spaces; other control characters go, but not the marks that join emoji or turn the line."""
    return " ".join("".join(one for one in text if one.isspace() or unicodedata.category(one) != "Cc").split())


def _without_nul(text: str) -> str:
    return text.replace("\0", "")


def _something(text: str) -> str:
    if not text.strip():
        raise ValueError("Please enter something.")
    return text


def _at_most(most: int) -> AfterValidator:
    def check(text: str) -> str:
        if len(text) > most:
            raise ValueError(f"At most {most} characters, please.")
        return text

    return AfterValidator(check)


_LINE = (StringConstraints(max_length=MOST_TEXT), AfterValidator(one_line), AfterValidator(_something))
Title = Annotated[str, *_LINE, _at_most(MOST_TITLE)]
Name = Annotated[str, *_LINE, _at_most(MOST_NAME)]
# Postgres can't store NUL.
Text = Annotated[str, StringConstraints(max_length=MOST_TEXT), AfterValidator(_without_nul)]
SomeText = Annotated[Text, AfterValidator(_something)]
