"""Cuts a stream of bytes into server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import re

LINE_END = rb"(?:\r\n|\n|\r(?!\n))"
# An event ends with an empty line; a line ends with LF, CR LF or CR. Some endpoints leave the empty line out: where a
# JSON document ends and another one begins, one event can't go on.
END = re.compile(LINE_END + LINE_END + rb"|(?<=[}\]])" + LINE_END + rb"(?=data: ?[{\[])")
# With the first letters of the next event.
LONGEST_END = 12
LINE_ENDS = (b"\n", b"\r\n", b"\r")


class EventSplitter:
    """Keeps the event that has not ended yet; nothing is left out, and an empty line added where it is missing."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The events that are whole now, each with the empty line that ends it."""
        known = max(0, len(self.rest) - LONGEST_END)
        data = self.rest + chunk
        events, start = [], 0
        for match in END.finditer(data, known):
            if match.end() == len(data) and data.endswith(b"\r"):
                break  # A line feed that belongs to it may still come.
            end = match.group()
            events.append(data[start : match.end()] + (end if end in LINE_ENDS else b""))
            start = match.end()
        self.rest = data[start:]
        return events

    def finish(self) -> bytes:
        """What is left when the stream is over; its last line may have been whole."""
        rest, self.rest = self.rest, b""
        return rest + b"\n" if rest.endswith(b"\n") else rest
