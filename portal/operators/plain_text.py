"""Text that people type into one line."""

from pydantic import AfterValidator


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("Please leave out line breaks and control characters.")
    return text


ONE_LINE = AfterValidator(_printable)
