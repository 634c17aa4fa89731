"""Text that people type. Control characters are refused: Postgres keeps no NUL, and none of them can be seen."""

from pydantic import AfterValidator


def _check_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("Please leave out line breaks and control characters.")
    return text


def _check_lines(text: str) -> str:
    if not text.replace("\r\n", "\n").replace("\n", " ").isprintable():
        raise ValueError("Please leave out control characters.")
    return text


ONE_LINE = AfterValidator(_check_line)
LINES = AfterValidator(_check_lines)
