"""A file that only a passphrase opens: pieces of AES-256-GCM, of which none can be changed, moved or left out.

Each piece has its number, and whether it is the last, in its nonce, as in the STREAM construction
(https://eprint.iacr.org/2015/189); the key is made from the passphrase with scrypt.
"""

import io
import os
from typing import IO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from portal.backup.errors import CannotRead

MAGIC = b"portal-backup-sealed-1\n"
SALT_BYTES = 16
PREFIX_BYTES = 7
HEAD_BYTES = len(MAGIC) + SALT_BYTES + PREFIX_BYTES
PIECE_BYTES = 65_536
TAG_BYTES = 16
SEALED_PIECE_BYTES = PIECE_BYTES + TAG_BYTES


def is_sealed(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(len(MAGIC)) == MAGIC


class SealingWriter(io.RawIOBase):
    """Writes to `file` what is written to it. Only a file that was closed is whole."""

    def __init__(self, file: IO[bytes], passphrase: bytes) -> None:
        salt, prefix = os.urandom(SALT_BYTES), os.urandom(PREFIX_BYTES)
        self._file = file
        self._pieces = _Pieces(passphrase, salt, prefix)
        self._waiting = bytearray()
        self._number = 0
        file.write(MAGIC + salt + prefix)

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override] # Buffer is of 3.12
        self._waiting += data
        # The last piece may be full, so one is kept back until it is known whether it is the last.
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), is_last=False)
            del self._waiting[:PIECE_BYTES]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._seal(bytes(self._waiting), is_last=True)
        super().close()

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        self._file.write(self._pieces.seal(piece, self._number, is_last=is_last))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Raises `CannotRead` where the passphrase is another one or something was changed."""

    def __init__(self, file: IO[bytes], passphrase: bytes) -> None:
        self._file = file
        size = file.seek(0, os.SEEK_END) - HEAD_BYTES
        file.seek(len(MAGIC))
        self._pieces = _Pieces(passphrase, file.read(SALT_BYTES), file.read(PREFIX_BYTES))
        self._last = max(0, -(-size // SEALED_PIECE_BYTES) - 1)
        self._size = size - (self._last + 1) * TAG_BYTES
        self._at = 0
        self._opened: tuple[int, bytes] = (-1, b"")
        # A file that was cut off, and another passphrase, are found out here.
        self._piece(self._last)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: object) -> int:
        view = cast("memoryview", buffer)
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, PIECE_BYTES)
        data = self._piece(number)[start : start + len(view)]
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _piece(self, number: int) -> bytes:
        if self._opened[0] != number:
            self._file.seek(HEAD_BYTES + number * SEALED_PIECE_BYTES)
            sealed = self._file.read(SEALED_PIECE_BYTES)
            self._opened = (number, self._pieces.open(sealed, number, is_last=number == self._last))
        return self._opened[1]


class _Pieces:
    def __init__(self, passphrase: bytes, salt: bytes, prefix: bytes) -> None:
        # 64 MB and a fifth of a second for each guess.
        self._cipher = AESGCM(Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(passphrase))
        self._prefix = prefix

    def seal(self, piece: bytes, number: int, *, is_last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(number, is_last=is_last), piece, None)

    def open(self, sealed: bytes, number: int, *, is_last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(number, is_last=is_last), sealed, None)
        except (InvalidTag, ValueError) as error:
            raise CannotRead("The passphrase is another one, or the file is damaged.") from error

    def _nonce(self, number: int, *, is_last: bool) -> bytes:
        return self._prefix + number.to_bytes(4, "big") + bytes([is_last])
