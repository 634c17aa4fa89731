"""The command `portal`. Each command imports what it needs, because LiteLLM alone takes seconds to load."""

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from portal.accounts.commands import app as accounts_app
from portal.core.data_folder import DATA_DIR, DataDirOption
from portal.models_commands import app as models_app

if TYPE_CHECKING:
    from portal.core.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(accounts_app, name="accounts")
app.add_typer(models_app, name="models")


@app.command()
def up(
    data_dir: Annotated[Path, typer.Option(help="Where everything is kept.")] = DATA_DIR,
    port: Annotated[int, typer.Option(help="Port of the portal; 0 takes a free one.")] = 8000,
    *,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Run the sample endpoint.")] = True,
) -> None:
    """Run everything on this machine; Ctrl-C stops it."""
    from portal.core.setting_names import not_read, with_earlier_names  # noqa: PLC0415
    from portal.up import UpOptions, run  # noqa: PLC0415

    for sentence in not_read(os.environ):
        sys.stderr.write(f"warning: {sentence}\n")
    raise typer.Exit(
        run(UpOptions(data_dir=data_dir, port=port, demo=demo, settings_environment=with_earlier_names(os.environ)))
    )


@app.command()
def serve(
    role: Annotated[
        str | None,
        typer.Option(help="What it serves, of web, chat and api; default: PORTAL_ROLE, else web,chat,api."),
    ] = None,
) -> None:
    """Run the web application alone."""
    # Nothing that is loaded is garbage, and looking for some takes a fifth of the start.
    gc.disable()
    settings = _settings(**{} if role is None else {"role": role})
    from portal.app import create_app  # noqa: PLC0415
    from portal.web.serving import server_of  # noqa: PLC0415

    assets()
    _configure_logs(settings, "portal")
    _log_what_is_not_read()
    server = server_of(create_app(settings), settings)
    gc.freeze()
    gc.enable()
    server.run()


@app.command()
def assets() -> None:
    """Install what the pages need from npm, once; `portal serve` does it too."""
    from portal.web.vendor import VendorNotInstalled, ensure_vendor  # noqa: PLC0415

    try:
        ensure_vendor(os.environ)
    except VendorNotInstalled as error:
        _stop(str(error))


@app.command()
def gateway() -> None:
    """Run LiteLLM alone, with our configuration."""
    # As in `serve`.
    gc.disable()
    settings = _settings()
    from litellm_config.catalogue import CatalogueInvalid  # noqa: PLC0415
    from litellm_config.database import DatabaseSetupError, ensure_client, ensure_engine, migrate  # noqa: PLC0415
    from litellm_config.running.errors import GatewayFailed  # noqa: PLC0415
    from litellm_config.running.gateway import run_gateway  # noqa: PLC0415
    from litellm_config.running.options import GatewayOptions  # noqa: PLC0415
    from portal.core.log_files import CopiedOutput  # noqa: PLC0415
    from portal.core.logs import configure_logs  # noqa: PLC0415
    from portal.seed import seed_of  # noqa: PLC0415

    configure_logs(settings.least_log_level, settings.log_file("gateway"))
    _log_what_is_not_read()
    litellm_log = settings.log_file("litellm")
    litellm_environment = {
        "DATABASE_URL": settings.gateway_database_url.get_secret_value(),
        "LITELLM_MASTER_KEY": settings.litellm_admin_key.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
    }
    try:
        gc.freeze()
        gc.enable()
        ensure_client(os.environ)
        litellm_environment["PRISMA_QUERY_ENGINE_BINARY"] = str(ensure_engine(os.environ))
        migrate(litellm_environment["DATABASE_URL"])
        run_gateway(
            GatewayOptions(
                host=settings.gateway_host,
                port=settings.gateway_port,
                catalogue_file=settings.gateway_config,
                redis_url=litellm_environment["REDIS_URL"],
                environment=os.environ,
                litellm_environment=litellm_environment | ({"LITELLM_LOG": "INFO"} if settings.debug else {}),
                seed=seed_of(settings),
                copy_output=CopiedOutput(sys.stdout, litellm_log).write if litellm_log else None,
                drain_seconds=settings.gateway_drain.total_seconds(),
                stop_delay=settings.stop_delay.total_seconds(),
                stop_seconds=settings.gateway_stop_grace.total_seconds(),
            )
        )
    except (CatalogueInvalid, DatabaseSetupError, GatewayFailed) as error:
        _stop(str(error))


@app.command()
def check(
    *,
    prints: Annotated[bool, typer.Option("--print", help="Show the catalogue as it is applied.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Don't look whether endpoints answer.")] = False,
    deployment: Annotated[
        Path | None,
        typer.Option(help="Check this file or folder alone: Akash's SDL, a compose file or Kubernetes manifests."),
    ] = None,
    data_dir: DataDirOption = None,
) -> None:
    """Check the settings and the model catalogue; every mistake is named."""
    from portal.check import run_check, run_deployment_check  # noqa: PLC0415

    if deployment:
        if not run_deployment_check(deployment):
            raise typer.Exit(1)
        return
    if not run_check(prints=prints, offline=offline, data_dir=data_dir):
        raise typer.Exit(1)


@app.command()
def migrate(
    back_to: Annotated[
        str | None,
        typer.Option(help="Undo the portal's migrations after this one, such as 0003; their data is lost."),
    ] = None,
    data_dir: DataDirOption = None,
) -> None:
    """Bring both databases to this version; safe to run many times and from many places at once."""
    settings = _settings_beside(data_dir)
    import psycopg  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from litellm_config.database import DatabaseSetupError  # noqa: PLC0415
    from litellm_config.database import migrate as migrate_litellm  # noqa: PLC0415
    from portal.models.migrate import migrate as migrate_portal  # noqa: PLC0415
    from portal.models.migrate import take_back  # noqa: PLC0415

    try:
        if back_to is not None:
            take_back(settings.database_url, back_to)
            typer.echo(f"The portal's database is back at {back_to}.")
            return
        is_known = migrate_portal(settings.database_url)
        applied = migrate_litellm(settings.gateway_database_url.get_secret_value())
    except (CommandError, DatabaseSetupError) as error:
        _stop(str(error))
    except (psycopg.OperationalError, SQLAlchemyError) as error:
        _stop(f"The database can't be brought to this version: {str(error).splitlines()[0]}")
    if is_known:
        typer.echo(f"Both databases are at this version ({applied} LiteLLM migrations applied).")
    else:
        typer.echo("The portal's database is at a newer version and was left as it is; this version works with it.")


PassphraseFile = Annotated[Path | None, typer.Option(help="A file with the passphrase of the backup.")]


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file; - is standard output.")],
    passphrase_file: PassphraseFile = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write both databases into one file, while everything runs."""
    settings = _settings_beside(data_dir)
    from portal.backup.commands import run_backup  # noqa: PLC0415
    from portal.backup.errors import BackupError  # noqa: PLC0415

    try:
        run_backup(settings, file, passphrase_file)
    except BackupError as error:
        _stop(str(error))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `portal backup` wrote.")],
    passphrase_file: PassphraseFile = None,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Give up what is in the databases now.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Put a backup back, while no portal and no gateway runs."""
    settings = _settings()
    from litellm_config.database import DatabaseSetupError  # noqa: PLC0415
    from portal.backup.commands import run_restore  # noqa: PLC0415
    from portal.backup.errors import BackupError  # noqa: PLC0415

    try:
        run_restore(settings, file, passphrase_file, replace=replace, yes=yes)
    except (BackupError, DatabaseSetupError) as error:
        _stop(str(error))


@app.command()
def sample_endpoint(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 4100,
    *,
    delay: Annotated[float, typer.Option(min=0, help="Seconds before the first token.")] = 0,
    rate: Annotated[float, typer.Option(min=0, help="Tokens per second; 0 is as fast as it can.")] = 0,
    fail: Annotated[
        str,
        typer.Option(
            help='A status, "hang", "cut", "cut-early", "garbage", "html", "empty" or "error-event"; '
            '":0.2" is every fifth request.'
        ),
    ] = "",
    api_key: Annotated[str | None, typer.Option(help="The key it asks for; none if not given.")] = None,
) -> None:
    """Run the sample model endpoint, well or, for a trial, slow or broken."""
    from portal.sample_endpoint import Options  # noqa: PLC0415
    from portal.sample_endpoint import serve as serve_endpoint  # noqa: PLC0415

    options = Options(delay=delay, rate=rate, fail=fail, api_key=api_key)
    try:
        options.failure()
    except ValueError as error:
        _stop(str(error))
    serve_endpoint(host, port, options)


@app.command()
def bench(
    rounds: Annotated[int, typer.Option(min=1, help="Times that everything is asked, in turn.")] = 3,
    scenario: Annotated[list[str] | None, typer.Option(help="Only this one; may be given several times.")] = None,
    data_dir: Annotated[Path, typer.Option(help="Where LiteLLM as installed is kept.")] = Path(".portal-bench"),
    *,
    quick: Annotated[bool, typer.Option("--quick", help="One short round: three minutes in place of sixteen.")] = False,
    stock: Annotated[bool, typer.Option("--stock/--without-stock", help="Compare with LiteLLM as installed.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print JSON in place of tables.")] = False,
) -> None:
    """Measure a platform of its own, LiteLLM as installed and a bare endpoint, in turn; then stop everything."""
    from portal.bench import BenchFailed, BenchOptions  # noqa: PLC0415
    from portal.bench import run as run_bench  # noqa: PLC0415

    make = BenchOptions.quick if quick else BenchOptions
    try:
        run_bench(
            make(
                scenarios=tuple(scenario or ()),
                rounds=rounds,
                as_json=json,
                with_stock=stock,
                data_dir=data_dir.absolute(),
            )
        )
    except BenchFailed as error:
        _stop(str(error))


def _configure_logs(settings: "Settings", part: str) -> None:
    from portal.core.logs import configure_logs  # noqa: PLC0415

    try:
        configure_logs(settings.least_log_level, settings.log_file(part))
    except OSError as error:
        _stop(f"PORTAL_LOG_DIR: no log can be written in {settings.log_dir}: {error.strerror}")


def _settings(**given: str) -> "Settings":
    from portal.core.settings import SettingsInvalid, load_settings  # noqa: PLC0415

    try:
        return load_settings(os.environ, **given)
    except SettingsInvalid as error:
        _stop(f"The settings can't be used:\n{error}")


def _settings_beside(data_dir: Path | None) -> "Settings":
    from portal.core.beside import settings_beside  # noqa: PLC0415
    from portal.core.settings import SettingsInvalid  # noqa: PLC0415

    try:
        return settings_beside(data_dir)
    except SettingsInvalid as error:
        _stop(f"The settings can't be used:\n{error}")


def _log_what_is_not_read() -> None:
    from portal.core.logs import get_logger  # noqa: PLC0415
    from portal.core.setting_names import not_read  # noqa: PLC0415

    for sentence in not_read(os.environ):
        get_logger().warning("settings.not_read", reason=sentence)


def _stop(message: str) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
