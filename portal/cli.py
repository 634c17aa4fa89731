"""The command `portal`. Each command imports what it needs, because LiteLLM alone takes seconds to load."""

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from portal.accounts.commands import app as accounts_app

if TYPE_CHECKING:
    from portal.core.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(accounts_app, name="accounts")


@app.command()
def up(
    data_dir: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path(".portal"),
    port: Annotated[int, typer.Option(help="Port of the portal; 0 takes a free one.")] = 8000,
    *,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Run the sample endpoint.")] = True,
) -> None:
    """Run everything on this machine; Ctrl-C stops it."""
    from portal.up import UpOptions, run  # noqa: PLC0415

    raise typer.Exit(run(UpOptions(data_dir=data_dir, port=port, demo=demo, settings_environment=dict(os.environ))))


@app.command()
def serve() -> None:
    """Run the web application alone."""
    settings = _settings()
    import uvicorn  # noqa: PLC0415

    from portal.app import create_app  # noqa: PLC0415
    from portal.core.logs import configure_logs  # noqa: PLC0415
    from portal.web.connection import BoundedProtocol  # noqa: PLC0415

    configure_logs(settings.log_level)
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        loop="uvloop",
        http=BoundedProtocol,
        lifespan="on",
    )
    uvicorn.Server(config).run()


@app.command()
def gateway() -> None:
    """Run LiteLLM alone, with our configuration."""
    settings = _settings()
    from litellm_config.catalogue import CatalogueInvalid, read_catalogue  # noqa: PLC0415
    from litellm_config.database import DatabaseSetupError, ensure_client, ensure_engine, migrate  # noqa: PLC0415
    from litellm_config.serve import serve as serve_gateway  # noqa: PLC0415

    database_url = settings.gateway_database_url.get_secret_value()
    with tempfile.TemporaryDirectory(prefix="portal-gateway-") as folder:
        catalogue = Path(folder) / "config.yaml"
        try:
            read_catalogue(settings.gateway_config, os.environ).write(catalogue)
            ensure_client(os.environ)
            engine = ensure_engine(os.environ)
            migrate(database_url)
        except (CatalogueInvalid, DatabaseSetupError) as error:
            _stop(str(error))
        serve_gateway(
            host=settings.gateway_host,
            port=settings.gateway_port,
            environment={
                "CONFIG_FILE_PATH": str(catalogue),
                "DATABASE_URL": database_url,
                "LITELLM_MASTER_KEY": settings.litellm_admin_key.get_secret_value(),
                "PRISMA_QUERY_ENGINE_BINARY": str(engine),
                "REDIS_URL": settings.redis_url.get_secret_value(),
            },
        )


@app.command()
def check() -> None:
    """Check the settings and the model catalogue; every mistake is named."""
    settings = _settings()
    from litellm_config.catalogue import CatalogueInvalid, load_catalogue  # noqa: PLC0415

    try:
        models = load_catalogue(settings.gateway_config)["model_list"]
    except CatalogueInvalid as error:
        _stop(str(error))
    typer.echo(f"Settings and {settings.gateway_config} are fine: {len(models)} model endpoints.")


@app.command()
def migrate() -> None:
    """Bring both databases to this version; safe to run many times and from many places at once."""
    settings = _settings()
    import psycopg  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from litellm_config.database import DatabaseSetupError  # noqa: PLC0415
    from litellm_config.database import migrate as migrate_litellm  # noqa: PLC0415
    from portal.models.migrate import migrate as migrate_portal  # noqa: PLC0415

    try:
        migrate_portal(settings.database_url)
        applied = migrate_litellm(settings.gateway_database_url.get_secret_value())
    except DatabaseSetupError as error:
        _stop(str(error))
    except (psycopg.OperationalError, SQLAlchemyError) as error:
        _stop(f"The database can't be brought to this version: {str(error).splitlines()[0]}")
    typer.echo(f"Both databases are at this version ({applied} LiteLLM migrations applied).")


@app.command()
def sample_endpoint(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 4100,
    *,
    delay: Annotated[float, typer.Option(min=0, help="Seconds before the first token.")] = 0,
    rate: Annotated[float, typer.Option(min=0, help="Tokens per second; 0 is as fast as it can.")] = 0,
    fail: Annotated[
        str, typer.Option(help='A status, "hang", "cut" or "garbage"; ":0.2" is every fifth request.')
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
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON in place of tables.")] = False,
) -> None:
    """Start a platform of its own, measure it and stop it; takes about three minutes."""
    from portal.bench import BenchFailed, BenchOptions  # noqa: PLC0415
    from portal.bench import run as run_bench  # noqa: PLC0415

    try:
        run_bench(BenchOptions(rounds=rounds, as_json=json))
    except BenchFailed as error:
        _stop(str(error))


def _settings() -> "Settings":
    from portal.core.settings import SettingsInvalid, load_settings  # noqa: PLC0415

    try:
        return load_settings()
    except SettingsInvalid as error:
        _stop(f"The settings can't be used:\n{error}")


def _stop(message: str) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
