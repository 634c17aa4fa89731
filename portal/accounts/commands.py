"""`portal accounts`: what an operator does to accounts from the command line."""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from portal.core.data_folder import DataDirOption

if TYPE_CHECKING:
    from portal.accounts.administration import Administration

GENERATED_BYTES = 15

app = typer.Typer(no_args_is_help=True, help="Make accounts, reset passwords, name operators.")

Email = Annotated[str, typer.Argument(help="E-mail address of the account.", show_default=False)]
Generate = Annotated[bool, typer.Option("--generate", help="Make up a password and print it, once.")]
Kind = Annotated[str | None, typer.Option(help="local or auth0, where both have this address.")]


@app.command()
def create(
    email: Email,
    name: Annotated[str, typer.Option(help="What the person is called.")] = "",
    *,
    generate: Generate = False,
    data_dir: DataDirOption = None,
) -> None:
    """Make a local account; the password is asked for, or read as one line from standard input."""
    password = _password(generate=generate)
    _run(data_dir, lambda administration: administration.create(email, password, name=name))
    typer.echo(f"{email} can sign in now.")
    _show(password, generate=generate)


@app.command()
def reset_password(email: Email, *, generate: Generate = False, data_dir: DataDirOption = None) -> None:
    """Set a new password for a local account and end all its sessions."""
    password = _password(generate=generate)
    _run(data_dir, lambda administration: administration.reset_password(email, password))
    typer.echo(f"{email} has a new password and is signed out everywhere.")
    _show(password, generate=generate)


@app.command()
def make_operator(
    email: Email,
    kind: Kind = None,
    *,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take it back.")] = False,
    data_dir: DataDirOption = None,
) -> None:
    """Let an account use the operator pages, which show and limit everybody else's; or take that back."""
    is_verified = _run(
        data_dir, lambda administration: administration.set_operator(email, kind, is_operator=not revoke)
    )
    typer.echo(f"{email} is {'no longer an operator' if revoke else 'an operator now'}.")
    if not revoke:
        typer.echo("The pages are at /operator; the link to them shows after the next sign-in.")
    if not revoke and not is_verified:
        typer.echo("Nobody has checked that the address is theirs; make sure that this is the account you mean.")


def _password(*, generate: bool) -> str:
    if generate:
        return secrets.token_urlsafe(GENERATED_BYTES)
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _show(password: str, *, generate: bool) -> None:
    if generate:
        typer.echo(f"Password: {password}")


def _run(data_dir: Path | None, work: "Callable[[Administration], Awaitable[bool]]") -> bool:
    from portal.accounts.administration import opened  # noqa: PLC0415 - the other commands need not wait for it
    from portal.core.beside import settings_beside  # noqa: PLC0415
    from portal.core.errors import PortalError  # noqa: PLC0415
    from portal.core.settings import SettingsInvalid  # noqa: PLC0415

    async def run() -> bool:
        async with opened(settings_beside(data_dir)) as administration:
            return await work(administration)

    try:
        return asyncio.run(run())
    except SettingsInvalid as error:
        _stop(f"The settings can't be used:\n{error}")
    except PortalError as error:
        _stop(error.message)


def _stop(message: str) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise typer.Exit(1)
