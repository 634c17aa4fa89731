"""A sealed file is the same when it is opened, wherever it is read, and does not open when anything was changed."""

import io
import random

import pytest

from portal.backup.errors import CannotRead
from portal.backup.sealed import HEAD_BYTES, PIECE_BYTES, SEALED_PIECE_BYTES, SealedReader, SealingWriter

pytestmark = pytest.mark.req("A8")
PASSPHRASE = b"correct horse"


def sealed(content: bytes) -> io.BytesIO:
    file, chance = io.BytesIO(), random.Random(1)
    with SealingWriter(file, PASSPHRASE) as writer:
        at = 0
        while at < len(content):
            size = chance.randrange(1, 2 * PIECE_BYTES)
            writer.write(content[at : at + size])
            at += size
    return file


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_what_was_sealed_is_read_from_any_place(size: int):
    content, chance = random.Random(2).randbytes(size), random.Random(3)
    reader = io.BufferedReader(SealedReader(sealed(content), PASSPHRASE))

    assert reader.read() == content
    for _ in range(20):
        place, length = chance.randrange(size + 1), chance.randrange(size + 2)
        reader.seek(place)
        assert reader.read(length) == content[place : place + length]
    assert reader.seek(-min(size, 5), io.SEEK_END) == size - min(size, 5)


def test_pieces_that_are_left_out_swapped_or_changed_are_noticed():
    whole = sealed(bytes(3 * PIECE_BYTES)).getvalue()
    pieces = [whole[at : at + SEALED_PIECE_BYTES] for at in range(HEAD_BYTES, len(whole), SEALED_PIECE_BYTES)]
    head = whole[:HEAD_BYTES]
    for changed in (
        head + b"".join(pieces[:2]),
        head + pieces[1] + pieces[0] + pieces[2],
        head + b"".join(pieces)[:-1],
        head + pieces[0] + pieces[1] + pieces[2][:-1] + b"x",
        head,
    ):
        with pytest.raises(CannotRead):
            SealedReader(io.BytesIO(changed), PASSPHRASE).read()
