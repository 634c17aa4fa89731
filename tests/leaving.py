"""A client that may leave at any moment, which clients of a library can do only after some time."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit


@contextmanager
def asking(url: str, path: str, key: str = "sk-any", **body: Any) -> Iterator[None]:
    """The question is sent at the beginning, the client leaves at the end; it never reads."""
    address = urlsplit(url)
    content = json.dumps(body).encode()
    lines = [
        f"POST {address.path}/{path} HTTP/1.1",
        "host: x",
        f"authorization: Bearer {key}",
        "content-type: application/json",
        f"content-length: {len(content)}",
    ]
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + content)
        yield
