from pathlib import Path

import pytest

from portal.up.data_dir import open_data_dir
from portal.up.errors import DataDirUnusable


def test_folder_that_cannot_be_made_is_named(up, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.touch()

    refused = up(in_the_way / "data")

    assert refused.ends() == 1
    assert refused.said == (
        f"portal up: The data folder {in_the_way}/data cannot be written: a file stands where a folder is needed.\n"
    )


def test_folder_that_cannot_be_written_is_named():
    nobody_writes_here = Path("/proc/self")

    with (
        pytest.raises(DataDirUnusable, match=r"The data folder /proc/self cannot be written: "),
        open_data_dir(nobody_writes_here),
    ):
        pass


def test_full_disk_is_said(tmp_path):
    with (
        pytest.raises(DataDirUnusable, match=r"is nearly full: \d+ MB are free, 1000000000000 MB are needed\."),
        open_data_dir(tmp_path, least_free_bytes=10**18),
    ):
        pass


def test_folder_is_free_again_after_a_refusal(tmp_path):
    with pytest.raises(DataDirUnusable), open_data_dir(tmp_path, least_free_bytes=10**18):
        pass

    with open_data_dir(tmp_path) as data:
        assert data.path == tmp_path


def test_deep_folder_closed_to_others_works(up, tmp_path):
    """Postgres' account cannot enter it, and its path is too long for a Unix socket."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    deep = closed / ("d" * 100) / ("e" * 100)

    running = up(deep).wait_until_ready()

    assert len(str(deep)) > 200
    assert closed.stat().st_mode & 0o777 == 0o700
    assert running.stop() == 0
