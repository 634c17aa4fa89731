"""Models that think aloud begin their text with `<think>...</think>`; that part is reasoning and no answer."""

OPENING, CLOSING = "<think>", "</think>"


class Thoughts:
    """Splits a text that comes in pieces, in the middle of a tag too; no piece waits longer than it must."""

    def __init__(self) -> None:
        self._held = ""
        self._part = "beginning"

    def split(self, piece: str) -> tuple[str, str]:
        """What is answer and what is reasoning."""
        if self._part == "answer":
            return piece, ""
        self._held += piece
        if self._part == "beginning":
            self._begin()
        reasoning = self._think() if self._part == "thinking" else ""
        return self._answer(), reasoning

    def finish(self) -> tuple[str, str]:
        """What was held back because a tag might have followed."""
        rest = self._release()
        return ("", rest) if self._part == "thinking" else (rest, "")

    def _begin(self) -> None:
        start = self._held.lstrip()
        if start.startswith(OPENING):
            self._part, self._held = "thinking", start.removeprefix(OPENING).lstrip()
        elif not OPENING.startswith(start):
            self._part = "answer"

    def _think(self) -> str:
        before, closing, after = self._held.partition(CLOSING)
        if closing:
            self._part, self._held = "between", after
            return before
        kept = next((size for size in range(len(CLOSING) - 1, 0, -1) if before.endswith(CLOSING[:size])), 0)
        self._held = before[len(before) - kept :]
        return before[: len(before) - kept]

    def _answer(self) -> str:
        """The blank lines after the thoughts belong to neither."""
        if self._part == "between":
            self._held = self._held.lstrip()
            if self._held:
                self._part = "answer"
        return self._release() if self._part == "answer" else ""

    def _release(self) -> str:
        held, self._held = self._held, ""
        return held
