"""`portal backup` and `portal restore`: what is asked, what is said, and how they end."""

import sys
from pathlib import Path

import typer

from portal.backup.archive import open_archive
from portal.backup.errors import BackupError, CannotRead
from portal.backup.make import new_file, write_backup
from portal.backup.manifest import Manifest
from portal.backup.restore import restore
from portal.core.settings import Settings

STANDARD_OUTPUT = Path("-")


def run_backup(settings: Settings, path: Path, passphrase_file: Path | None) -> None:
    """Raises `BackupError`."""
    passphrase = _passphrase(passphrase_file)
    if path == STANDARD_OUTPUT:
        manifest = write_backup(settings, sys.stdout.buffer, passphrase)
    else:
        with new_file(path) as file:
            manifest = write_backup(settings, file, passphrase)
    sealed = "" if passphrase else " It is not encrypted; keep it where only you can read it."
    typer.echo(f"Backed up: {_told(manifest)}.{sealed}", err=True)


def run_restore(settings: Settings, path: Path, passphrase_file: Path | None, *, replace: bool, yes: bool) -> None:
    """Raises `BackupError`, and `typer.Abort` where somebody does not want to."""
    with open_archive(path, _passphrase(passphrase_file)) as archive:
        if replace and not yes:
            made_at = f"{archive.manifest.created_at:%Y-%m-%d %H:%M} UTC"
            typer.confirm(
                f"Everything in both databases is given up for the backup of {made_at} ({_told(archive.manifest)}). "
                "Go on?",
                abort=True,
                err=True,
            )
        restore(settings, archive, replace=replace)
    typer.echo(f"Restored: {_told(archive.manifest)}. Both databases are at this version.", err=True)


def _told(manifest: Manifest) -> str:
    people, chats = (manifest.portal.tables[name].rows for name in ("person", "conversation"))
    keys = manifest.litellm.tables["LiteLLM_VerificationToken"].rows
    rows = manifest.portal.rows + manifest.litellm.rows
    return f"{people} people, {keys} keys, {chats} chats, {rows} rows in all"


def _passphrase(file: Path | None) -> bytes | None:
    if file is None:
        return None
    try:
        passphrase = file.read_bytes().strip()
    except OSError as error:
        raise CannotRead(f"{file} can't be read: {error.strerror}.") from error
    if not passphrase:
        raise BackupError(f"{file} is empty. Write a passphrase into it.")
    return passphrase
