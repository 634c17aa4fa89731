"""The form that a client asks with: read here, and written anew with OpenAI's fields alone.

LiteLLM reads forms before it looks at the key, and takes its own settings from them.
https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from portal.gateway import errors
from portal.gateway.errors import ApiError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FILE, MODEL = "file", "model"
FIELDS = frozenset(
    {
        MODEL,
        "chunking_strategy",
        "include[]",
        "known_speaker_names[]",
        "known_speaker_references[]",
        "language",
        "prompt",
        "response_format",
        "stream",
        "temperature",
        "timestamp_granularities[]",
    }
)
MOST_PARTS = 64
MOST_HEAD_BYTES = 8192
MOST_FIELD_BYTES = 1_048_576
LONGEST_FILE_NAME = 200
KIND = re.compile(r"[\w.+-]+/[\w.+-]+")
UNKNOWN_KIND = "application/octet-stream"
# What would end the name, or its line. https://html.spec.whatwg.org/multipage/form-control-infrastructure.html
NOT_IN_NAMES = re.compile(r'[\x00-\x1f"\\\x7f]')


@dataclass(frozen=True)
class Form:
    body: bytes
    kind: bytes
    model: str


@dataclass
class Part:
    name: str
    file_name: str | None
    kind: str
    pieces: list[memoryview] = field(default_factory=list)
    size: int = 0

    def text(self) -> str:
        try:
            return b"".join(self.pieces).decode()
        except UnicodeDecodeError:
            raise unreadable(f"`{self.name}` is not UTF-8") from None


def read_form(body: bytes, kind: bytes) -> Form:
    _, options = parse_options_header(kind)
    boundary = options.get(b"boundary")
    if not boundary:
        raise unreadable("its boundary is missing")
    reading = _Reading()
    try:
        parser = MultipartParser(boundary, reading.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise unreadable("it is not what its content type says") from error
    if not reading.is_over:
        raise unreadable("its end is missing")
    parts = [part for part in reading.parts if part.name in FIELDS or part.name == FILE]
    single = [part.name for part in parts if not part.name.endswith("[]")]
    if doubled := next((name for name in single if single.count(name) > 1), None):
        raise ApiError(400, "invalid_request", f"`{doubled}` is there more than once.", param=doubled)
    files = [part for part in parts if part.name == FILE and part.file_name is not None]
    if not files or any(part.file_name is not None for part in parts if part.name != FILE):
        raise errors.form_needed()
    named = next((part.text() for part in parts if part.name == MODEL), "")
    mark = secrets.token_hex(16).encode()
    return Form(b"".join(_written(parts, mark)), b"multipart/form-data; boundary=" + mark, named)


def _written(parts: list[Part], mark: bytes) -> Iterator[bytes | memoryview]:
    for part in parts:
        yield b'--%b\r\ncontent-disposition: form-data; name="%b"' % (mark, part.name.encode())
        if part.file_name is None:
            yield b"\r\n\r\n" + part.text().encode()
        else:
            yield b'; filename="%b"\r\ncontent-type: %b\r\n\r\n' % (part.file_name.encode(), part.kind.encode())
            yield from part.pieces
        yield b"\r\n"
    yield b"--%b--\r\n" % mark


class _Reading:
    """What the parser has found. The pieces of a part are views of the body, not copies."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.is_over = False
        self._head = 0
        self._name = self._value = b""
        self._headers: dict[bytes, bytes] = {}

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_to_name,
            "on_header_value": self._add_to_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_head,
            "on_part_data": self._add,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.parts) >= MOST_PARTS:
            raise unreadable(f"it has more than {MOST_PARTS} fields")
        self._head, self._headers = 0, {}

    def _add_to_name(self, data: bytes, start: int, end: int) -> None:
        self._name += self._of_head(data, start, end)

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._of_head(data, start, end)

    def _of_head(self, data: bytes, start: int, end: int) -> bytes:
        self._head += end - start
        if self._head > MOST_HEAD_BYTES:
            raise unreadable("a field has too long a name")
        return data[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _end_head(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name, file_name = options.get(b"name"), options.get(b"filename")
        if name is None:
            raise unreadable("a field has no name")
        kind = self._headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip()
        self.parts.append(
            Part(
                name.decode("utf-8", "replace"),
                None if file_name is None else _file_name(file_name),
                kind if KIND.fullmatch(kind) else UNKNOWN_KIND,
            )
        )

    def _add(self, data: bytes, start: int, end: int) -> None:
        part = self.parts[-1]
        part.size += end - start
        if part.file_name is None and part.size > MOST_FIELD_BYTES:
            raise unreadable(f"`{part.name[:LONGEST_FILE_NAME]}` is longer than {MOST_FIELD_BYTES} bytes")
        part.pieces.append(memoryview(data)[start:end])

    def _end(self) -> None:
        self.is_over = True


def _file_name(sent: bytes) -> str:
    """Its ending says what kind of recording it is, so that is kept."""
    name = NOT_IN_NAMES.sub("_", sent.decode("utf-8", "replace"))[-LONGEST_FILE_NAME:]
    return name or FILE


def unreadable(why: str) -> ApiError:
    return ApiError(400, "invalid_request", f"The form can't be read: {why}.")
