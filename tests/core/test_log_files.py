import io
import json

import pytest

from portal.core import log_files
from portal.core.log_files import CopiedOutput


@pytest.fixture
def output(tmp_path):
    stream = io.StringIO()
    copied = CopiedOutput(stream, tmp_path / "logs" / "portal.log")
    yield stream, copied, tmp_path / "logs"
    copied.close()


@pytest.mark.req("G7")
def test_lines_reach_standard_output_and_the_file(output):
    stream, copied, folder = output

    copied.write(json.dumps({"event": "a"}) + "\n")
    copied.write("100 % of it\n")

    assert stream.getvalue() == (folder / "portal.log").read_text() == '{"event": "a"}\n100 % of it\n'


def test_a_large_file_makes_way_for_a_new_one_and_old_ones_go(output):
    _, copied, folder = output
    line = "x" * (log_files.LARGEST_BYTES - 10) + "\n"

    for _ in range(log_files.OLD_FILES + 3):
        copied.write(line)

    assert len(list(folder.iterdir())) == log_files.OLD_FILES + 1
    assert (folder / "portal.log").read_text() == line
