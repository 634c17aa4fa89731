"""A stream of server-sent events on its way through: only whole events leave, and no error as LiteLLM words it."""

from portal.clients.litellm_complaint import read_complaint
from portal.gateway.complaints import answer_to
from portal.gateway.errors import stream_interrupted, upstream_error

END = b"\n\n"
OTHER_END = b"\r\n\r\n"
DONE = b"data: [DONE]\n\n"
# Inside a JSON string the quotes would be escaped, so these bytes are never part of an answer's text.
ERROR = b'data: {"error"'
# Too little for somebody who has half of the answer.
UPSTREAM_ERROR = upstream_error().code


class WholeEvents:
    """So that a connection that breaks never leaves half an event with the client, which its SDK could not read."""

    def __init__(self, *, ends_with_done: bool) -> None:
        self._held = bytearray()
        self._ends_with_done = ends_with_done
        self._is_done = False
        self.error: str | None = None

    def feed(self, chunk: bytes) -> bytes:
        if self._held or not chunk.endswith(END):
            chunk = self._cut(chunk)
        if ERROR in chunk:
            chunk = b"".join(self._worded(event) for event in chunk.split(END) if event)
        if chunk:
            self._is_done = chunk.endswith(DONE)
        return chunk

    def finish(self) -> bytes:
        """Empty when the stream said its end itself; otherwise the error that says it is not complete."""
        is_complete = self._is_done or not self._ends_with_done
        if self.error or (is_complete and not self._held):
            return b""
        self.error = stream_interrupted().code
        return stream_interrupted().event()

    def _cut(self, chunk: bytes) -> bytes:
        searched = max(0, len(self._held) - len(OTHER_END))
        self._held += chunk
        ends = [self._held.rfind(end, searched) + len(end) for end in (END, OTHER_END) if end in self._held[searched:]]
        end = max(ends, default=0)
        whole = bytes(self._held[:end])
        del self._held[:end]
        return whole

    def _worded(self, event: bytes) -> bytes:
        if not event.startswith(ERROR):
            return event + END
        error = answer_to(read_complaint(200, event.removeprefix(b"data: ")))
        if error.code == UPSTREAM_ERROR:
            error = stream_interrupted()
        self.error = error.code
        return error.event()
