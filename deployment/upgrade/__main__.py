"""`python -m deployment.upgrade VERSION`: progress on standard error, the report on standard output and in a file."""

import argparse
import re
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deployment.upgrade import checks, data, environment
from deployment.upgrade.environment import ROOT, Environment
from deployment.upgrade.errors import CannotRehearse
from deployment.upgrade.platform_run import Place, empty_beside, environment_of, running_platform
from deployment.upgrade.report import Report, markdown
from portal.backup.archive import open_archive
from portal.backup.errors import BackupError
from portal.backup.manifest import Manifest
from portal.bench.errors import BenchFailed
from portal.bench.progress import Progress
from portal.bench.report import Figures, medians

FOLDER = ROOT / ".portal-upgrade"
PREPARE = "import os; from litellm_config.database import ensure_client; ensure_client(os.environ)"


@dataclass(frozen=True)
class Options:
    version: str
    backup: Path | None
    passphrase_file: Path | None
    pairs: int

    @classmethod
    def read(cls) -> "Options":
        parser = argparse.ArgumentParser(prog="make upgrade-litellm", description=__doc__)
        parser.add_argument("version", type=_version, metavar="VERSION")
        parser.add_argument("--backup", type=_file, metavar="FILE", help="of `portal backup`; otherwise data is made")
        parser.add_argument("--passphrase-file", type=_file, metavar="FILE")
        parser.add_argument("--pairs", type=int, default=2, metavar="N", help="times that both are measured")
        return cls(**vars(parser.parse_args()))


def _version(text: str) -> str:
    """A folder has its name, and is emptied."""
    if not re.fullmatch(r"\d+(\.\w+)*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no version, such as 1.108.14")
    return text


def _file(name: str) -> Path:
    path = Path(name).resolve()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {path}")
    return path


def main(options: Options) -> bool:
    begun, progress = time.monotonic(), Progress()
    old, folder = environment.current(), FOLDER / options.version
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    report = Report(options.version, old.versions()["litellm"])
    new = _prepare(options, folder, progress, report, old)
    try:
        _move_data(options, folder, progress, report, old, new)
        progress.say("running the contract tests, which takes five minutes")
        report.tests = checks.run_contract(new, folder / "contract.log")
        report.old, report.new = _measure(options.pairs, folder, progress, old, new)
        report.pairs = options.pairs
    except (CannotRehearse, BenchFailed) as stopped:
        report.stopped = str(stopped)
    report.minutes = (time.monotonic() - begun) / 60
    text = markdown(report)
    (folder / "report.md").write_text(text)
    sys.stdout.write(text)
    progress.say(f"the report is {folder / 'report.md'}, logs are beside it")
    return report.is_fit


def _prepare(options: Options, folder: Path, progress: Progress, report: Report, old: Environment) -> Environment:
    progress.say(f"looking for LiteLLM {options.version} and what it asks for")
    locked = environment.lock(options.version, folder)
    progress.say("installing it beside the environment that is there")
    new = environment.install(locked.path, folder)
    report.instead = locked.instead
    if locked.instead:
        environment.check_schema(new, options.version, locked.instead)
    report.versions = environment.differences(old, new)
    progress.say("making Prisma's client and its engine")
    new.said("-c", PREPARE, variables=environment_of())
    progress.say("resolving every import")
    report.missing = checks.missing_imports(new)
    return new


def _move_data(
    options: Options, folder: Path, progress: Progress, report: Report, old: Environment, new: Environment
) -> None:
    progress.say("starting the version that is there")
    with running_platform(old, folder / "old") as place:
        made, backup = None, options.backup
        if backup is None:
            progress.say("making keys, chats and spend")
            made, backup = data.make(place), folder / "made.backup"
            old.said("-m", "portal.cli", "backup", backup, variables=environment_of(place))
        with open_archive(backup, _passphrase(options)) as archive:
            manifest = archive.manifest
        report.data = f"a backup of {manifest.created_at:%Y-%m-%d}, made with LiteLLM {manifest.litellm_version}"
        report.rows_before = _rows(manifest)
        copy = empty_beside(place, folder / "old")
        progress.say("putting the backup into databases of its own and migrating them with the new version")
        report.migrate_seconds = _restore(options, backup, copy, new)
        report.migrations = _new_migrations(new, copy, manifest)
        report.rows_after = data.rows(copy)
        progress.say("starting the new version on them")
        with running_platform(new, folder / "new", given=copy) as moved:
            if made:
                report.wrong = data.changed(moved, made)
                report.keys_tried = len(made.keys) + 1


def _restore(options: Options, backup: Path, copy: Place, new: Environment) -> float:
    passphrase = ("--passphrase-file", options.passphrase_file) if options.passphrase_file else ()
    begun = time.monotonic()
    new.said("-m", "portal.cli", "restore", backup, *passphrase, variables=environment_of(copy))
    return time.monotonic() - begun


def _rows(manifest: Manifest) -> Mapping[str, int]:
    return {name: table.rows for part in (manifest.portal, manifest.litellm) for name, table in part.tables.items()}


def _new_migrations(new: Environment, copy: Place, manifest: Manifest) -> Mapping[str, str]:
    folder = new.packages / "litellm_proxy_extras" / "migrations"
    names = sorted(data.migrations(copy) - set(manifest.litellm.migrations))
    return {name: (folder / name / "migration.sql").read_text() for name in names}


def _passphrase(options: Options) -> bytes | None:
    return options.passphrase_file.read_bytes().strip() if options.passphrase_file else None


def _measure(
    pairs: int, folder: Path, progress: Progress, old: Environment, new: Environment
) -> Sequence[Mapping[str, Figures]]:
    measured: tuple[list[Mapping[str, Figures]], ...] = ([], [])
    for number in range(pairs):
        for words, python, figures in zip(("there", "new"), (old, new), measured, strict=True):
            progress.say(f"measuring the version that is {words}, {number + 1} of {pairs}, which takes a minute")
            figures.append(checks.measure(python, folder / "bench.log"))
    return [medians(figures) for figures in measured]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(0 if main(Options.read()) else 1)
    except (CannotRehearse, BenchFailed, BackupError) as error:
        sys.exit(f"upgrade-litellm: {error}")
    except OSError as error:
        sys.exit(f"upgrade-litellm: {error}")
    except KeyboardInterrupt:
        sys.exit("\nupgrade-litellm: interrupted; the same command begins again.")
