"""Whether a part answers. Spoken by hand, because loading a client library costs the start more than these lines."""

import asyncio
from contextlib import suppress

from portal.up.ports import HOST

ANSWER_SECONDS = 2.0


async def answers_http(port: int, path: str) -> bool:
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n"
    status_line = await _first_line(port, request)
    return status_line.startswith(b"HTTP/1.") and status_line[8:13] == b" 200 "


async def answers_redis(port: int, password: str) -> bool:
    # https://redis.io/docs/latest/develop/reference/protocol-spec/#inline-commands
    # While it still loads its data Redis refuses both.
    return await _first_line(port, f"AUTH {password}\r\nPING\r\n", skip=1) == b"+PONG\r\n"


async def _first_line(port: int, request: str, skip: int = 0) -> bytes:
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(request.encode())
                for _ in range(skip):
                    await reader.readline()
                return await reader.readline()
            finally:
                writer.close()
    return b""
