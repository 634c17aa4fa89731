"""A backup that is there already: opened, and looked through before anything of it is believed."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, cast
from zlib import error as ZlibError  # noqa: N812 - it is an exception

from pydantic import ValidationError

from portal.backup.errors import CannotRead, FromNewerVersion
from portal.backup.manifest import FORMAT, NAME, NAMES, Manifest, Name, member
from portal.backup.sealed import SealedReader, is_sealed

PIECE_BYTES = 1_048_576
DAMAGED = "The file is damaged, or is no backup of a portal: {}."


class Archive:
    def __init__(self, files: zipfile.ZipFile) -> None:
        self._files = files
        self.manifest = self._read_manifest()
        for database in NAMES:
            for table, said in self.manifest.of(database).tables.items():
                if self._sha256(member(database, table)) != said.sha256:
                    raise CannotRead(DAMAGED.format(f"the rows of {table} are not those that were written"))

    def open(self, database: Name, table: str) -> IO[bytes]:
        return self._files.open(member(database, table))

    def _read_manifest(self) -> Manifest:
        try:
            manifest = Manifest.model_validate_json(self._files.read(NAME))
        except (KeyError, ValidationError) as error:
            raise CannotRead(DAMAGED.format("it does not say what is in it")) from error
        if manifest.format > FORMAT:
            raise FromNewerVersion("This backup was made by a newer portal. Restore it with that version.")
        return manifest

    def _sha256(self, path: str) -> str:
        total = hashlib.sha256()
        with self._files.open(path) as entry:
            while piece := entry.read(PIECE_BYTES):
                total.update(piece)
        return total.hexdigest()


@contextmanager
def open_archive(path: Path, passphrase: bytes | None) -> Iterator[Archive]:
    """Whole and unchanged, or `CannotRead`."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
            archive = Archive(stack.enter_context(zipfile.ZipFile(_opened(file, passphrase))))
        except OSError as error:
            raise CannotRead(f"{path} can't be read: {error.strerror or error}.") from error
        except (zipfile.BadZipFile, ZlibError, EOFError, KeyError, NotImplementedError) as error:
            raise CannotRead(DAMAGED.format(str(error).rstrip("."))) from error
        yield archive


def _opened(file: IO[bytes], passphrase: bytes | None) -> IO[bytes]:
    if not is_sealed(file):
        return file
    if passphrase is None:
        raise CannotRead("This backup is encrypted. Name the file with its passphrase: --passphrase-file.")
    return cast("IO[bytes]", io.BufferedReader(SealedReader(file, passphrase), PIECE_BYTES))
