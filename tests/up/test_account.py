import shutil
import subprocess
from pathlib import Path

from portal.up.account import postgres_account

DAC_READ_SEARCH = 1 << 2


def status_of_a_process(account):
    output = subprocess.run([*account.prefix, "cat", "/proc/self/status"], capture_output=True, text=True, check=True)
    return dict(line.split(":", 1) for line in output.stdout.splitlines())


def test_postgres_is_not_run_by_root_and_can_do_nothing_special():
    status = status_of_a_process(postgres_account(Path("/"), Path(shutil.which("true"))))

    assert "0" not in status["Uid"].split()
    assert int(status["CapEff"], 16) == 0


def test_folder_that_is_closed_costs_one_capability_and_no_more(tmp_path):
    tmp_path.chmod(0o700)

    status = status_of_a_process(postgres_account(tmp_path, Path(shutil.which("true"))))

    assert "0" not in status["Uid"].split()
    assert int(status["CapEff"], 16) & ~DAC_READ_SEARCH == 0
    assert tmp_path.stat().st_mode & 0o777 == 0o700
