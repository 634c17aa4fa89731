"""Cuts a stream of bytes into server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import re

# An event ends with an empty line; a line ends with LF, CR LF or CR.
END = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))")
LONGEST_END = 4


class EventSplitter:
    """Keeps the event that has not ended yet; nothing is changed or left out."""

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
            events.append(data[start : match.end()])
            start = match.end()
        self.rest = data[start:]
        return events
