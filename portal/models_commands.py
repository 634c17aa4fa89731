"""`portal models`: the model catalogue from the command line."""

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_args

import typer

from portal.core.data_folder import DataDirOption

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from litellm_config.catalogue import Card, Catalogue, Endpoint
    from litellm_config.catalogue.checks.findings import RawEntry
    from litellm_config.catalogue.edit import ModelFile
    from portal.core.settings import Settings

app = typer.Typer(no_args_is_help=True, help="List, try, add and remove models.")

Name = Annotated[str, typer.Argument(help="What people ask for.", show_default=False)]


@app.command("list")
def list_models(*, data_dir: DataDirOption = None) -> None:
    """Show each model with its endpoints."""
    from rich.console import Console  # noqa: PLC0415 - the other commands need not wait for it
    from rich.table import Table  # noqa: PLC0415

    from litellm_config.catalogue.addresses import without_password  # noqa: PLC0415

    environment = _environment(data_dir)
    settings = _settings(environment)
    unset = _unset(settings.gateway_config, environment)
    catalogue = _catalogue(settings, environment | {name: _stand_in(name) for name in unset})
    stand_ins = {_stand_in(name): f"{name} (not set)" for name in unset}

    def readable(address: str) -> str:
        return stand_ins.get(address) or without_password(address)

    table = Table("Model", "Mode", "Endpoint", "Calls it", "Priority", "Weight", box=None, header_style="bold")
    for card in catalogue.cards:
        endpoints: list[Endpoint | None] = [one for one in catalogue.endpoints if one.model == card.id]
        for endpoint in endpoints or [None]:
            table.add_row(*_row(card, endpoint, readable))
    Console().print(table if catalogue.cards else "There are no models yet; `portal models add --help` says how.")
    for name in sorted(unset):
        typer.echo(f"{name} is not set here. The gateway needs it in its environment.")
    if catalogue.left_out:
        typer.echo("The sample models are left out: the sample endpoint does not run (SAMPLE_ENDPOINT_URL is not set).")
    if catalogue.undiscovered:
        typer.echo(f"{len(catalogue.undiscovered)} endpoints of ENDPOINTS are asked for their models by the gateway.")


@app.command()
def add(
    name: Name,
    url: Annotated[str, typer.Option(help="The endpoint's address, usually with /v1 at the end.")],
    model: Annotated[str | None, typer.Option(help="What the endpoint calls it; the same if not given.")] = None,
    key_env: Annotated[str | None, typer.Option(help="Variable that has the endpoint's key.")] = None,
    priority: Annotated[int | None, typer.Option(min=0, help="Lower ones are asked first; 1 if not given.")] = None,
    weight: Annotated[float | None, typer.Option(help="Share inside a priority; 1 if not given.")] = None,
    mode: Annotated[str, typer.Option(help="What it is for, such as chat or embedding.")] = "",
    description: Annotated[str, typer.Option(help="A sentence for people who choose a model.")] = "",
) -> None:
    """Add a model, or a further endpoint of one, to the catalogue; a running gateway takes it up by itself."""
    file = _open()
    url = url.rstrip("/")
    endpoints = file.endpoints_of(name)
    for entry in endpoints:
        if _is_at(entry, url):
            _stop(f"{name} has an endpoint at {url} already, in line {file.line(entry)} of {file.path}.")
    if endpoints and (mode or description):
        _stop(f"{name} has a card already, in line {file.line(endpoints[0])} of {file.path}; change it there.")
    params = {
        "model": f"openai/{model or name}",
        "api_base": url,
        "api_key": f"os.environ/{key_env}" if key_env else None,
        "order": priority,
        "weight": None if weight is None else int(weight) if weight.is_integer() else weight,
    }
    content: dict[str, Any] = {
        "model_name": name,
        "litellm_params": {option: value for option, value in params.items() if value is not None},
    }
    if not endpoints:
        content["model_info"] = {"mode": mode or "chat"} | ({"description": description} if description else {})
    _check_options(url, mode, weight, key_env)
    _edit(lambda: file.add(content))
    typer.echo(f"{name} has {_count(len(endpoints) + 1, 'endpoint')} now; see {file.path}.")
    if key_env and not os.environ.get(key_env):
        typer.echo(f"{key_env} is not set here. The gateway needs it in its environment, so set it and start it again.")
    if "/v1" not in url:
        typer.echo(f"{url} does not end in /v1, as most addresses do; `portal models test {name}` tries it.")


@app.command("test")
def try_model(
    name: Annotated[str, typer.Argument(help="A model of the catalogue; each of its endpoints is tried.")] = "",
    *,
    url: Annotated[str, typer.Option(help="Base URL of an endpoint that is in no catalogue yet.")] = "",
    model: Annotated[str, typer.Option(help="What that endpoint calls the model.")] = "",
    key_env: Annotated[str, typer.Option(help="Variable that holds that endpoint's key.")] = "",
    mode: Annotated[str, typer.Option(help="What that model is for, such as chat or embedding.")] = "chat",
    data_dir: DataDirOption = None,
) -> None:
    """Call an endpoint as OpenAI's SDKs do and say what is compatible; costs a few hundred tokens."""
    from portal.trial import NothingToTry, endpoint_at, endpoints_of, run_trial  # noqa: PLC0415

    try:
        if url:
            endpoints = [endpoint_at(url, model, os.environ.get(key_env), mode)]
        else:
            environment = _environment(data_dir)
            endpoints = endpoints_of(_catalogue(_settings(environment), environment), name)
    except NothingToTry as error:
        _stop(str(error))
    if url and key_env and not endpoints[0].api_key:
        _stop(f"The variable {key_env} is not set.")
    if not run_trial(endpoints):
        raise typer.Exit(1)


@app.command()
def remove(
    name: Name,
    url: Annotated[str | None, typer.Option(help="Only its endpoint at this address.")] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Remove a model, or one endpoint of it, from the catalogue."""
    file = _open()
    endpoints = file.endpoints_of(name)
    if not endpoints:
        from litellm_config.catalogue.known import did_you_mean  # noqa: PLC0415

        hint = did_you_mean(name, {str(entry.name) for entry in file.entries})
        _stop(f"There is no model {name} in {file.path}{hint or '.'}")
    chosen = [entry for entry in endpoints if url is None or _is_at(entry, url.rstrip("/"))]
    if not chosen:
        _stop(f"{name} has no endpoint at {url}.")
    if file.card_is_lost(chosen):
        _stop(
            f"The card of {name} stands with this endpoint, in line {file.line(chosen[0])} of {file.path}. "
            "Move its `model_info` to the next endpoint, then remove it."
        )
    what = f"{name} with {_count(len(chosen), 'endpoint')}" if len(chosen) == len(endpoints) else f"{url} of {name}"
    if not yes and not typer.confirm(f"Remove {what}?"):
        _stop("Nothing was changed.")
    _edit(lambda: file.remove(chosen))
    typer.echo(f"{what} is removed.")


def _row(card: "Card", endpoint: "Endpoint | None", readable: Any) -> tuple[str, ...]:
    if endpoint is None:
        return (card.id, card.mode, "out of service" if not card.available else "none", "", "", "")
    where = readable(endpoint.api_base) if endpoint.api_base else "the provider"
    return (card.id, card.mode, where, endpoint.provider_model, str(endpoint.priority), f"{endpoint.weight:g}")


def _is_at(entry: "RawEntry", url: str) -> bool:
    address = str(entry.params.get("api_base") or "")
    variable = address.removeprefix("os.environ/")
    return url in {address.rstrip("/"), os.environ.get(variable, "").rstrip("/") if variable != address else address}


def _check_options(url: str, mode: str, weight: float | None, key_env: str | None) -> None:
    from litellm_config.catalogue.addresses import check_address, has_password  # noqa: PLC0415
    from litellm_config.catalogue.card import Mode  # noqa: PLC0415

    try:
        check_address(url)
    except ValueError as error:
        _stop(f"--url {error}.")
    if has_password(url):
        _stop("--url must not carry a password; put the key into a variable and name it with --key-env.")
    if mode and mode not in get_args(Mode):
        _stop(f"--mode must be one of {', '.join(get_args(Mode))}.")
    if weight is not None and not 0 < weight < float("inf"):
        _stop("--weight must be more than 0.")
    if key_env and not (key_env.isidentifier() and key_env.isascii()):
        _stop("--key-env is the name of a variable, such as LLAMA_API_KEY; the key itself never stands in the file.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _environment(data_dir: "Path | None") -> dict[str, str]:
    from portal.core.beside import environment_beside  # noqa: PLC0415
    from portal.core.settings import SettingsInvalid  # noqa: PLC0415

    try:
        return environment_beside(data_dir)
    except SettingsInvalid as error:
        _stop(str(error))


def _settings(environment: "Mapping[str, str]") -> "Settings":
    from portal.core.settings import SettingsInvalid, load_settings_without_parts  # noqa: PLC0415

    try:
        return load_settings_without_parts(environment)
    except SettingsInvalid as error:
        _stop(f"The settings can't be used:\n{error}")


def _catalogue(settings: "Settings", environment: "Mapping[str, str]") -> "Catalogue":
    from litellm_config.catalogue import CatalogueInvalid, read_catalogue  # noqa: PLC0415
    from portal.seed import seed_of  # noqa: PLC0415

    try:
        return read_catalogue(settings.gateway_config, environment, seed=seed_of(settings))
    except CatalogueInvalid as error:
        _stop(str(error))


def _unset(file: "Path", environment: "Mapping[str, str]") -> set[str]:
    """The variables that the catalogue names and this terminal has not; the gateway may well have them."""
    from litellm_config.catalogue import CatalogueInvalid  # noqa: PLC0415
    from litellm_config.catalogue.addresses import REFERENCE  # noqa: PLC0415
    from litellm_config.catalogue.checks.findings import texts_of  # noqa: PLC0415
    from litellm_config.catalogue.document import read_document  # noqa: PLC0415
    from litellm_config.catalogue.effective import SAMPLE_VARIABLE  # noqa: PLC0415
    from litellm_config.catalogue.platform_settings import VARIABLES  # noqa: PLC0415

    try:
        texts = [text for _, text in texts_of(read_document(file).content)]
    except CatalogueInvalid as error:
        _stop(str(error))
    named = {text.removeprefix(REFERENCE) for text in texts if text.startswith(REFERENCE)}
    return {name for name in named - VARIABLES - {SAMPLE_VARIABLE} if not environment.get(name)}


def _stand_in(variable: str) -> str:
    """In the form of an address, since some of them are one."""
    return f"http://{variable}"


def _open() -> "ModelFile":
    from litellm_config.catalogue import CatalogueInvalid  # noqa: PLC0415
    from litellm_config.catalogue.edit import ModelFile  # noqa: PLC0415
    from portal.seed import seed_of  # noqa: PLC0415

    try:
        settings = _settings(os.environ)
        return ModelFile.open(settings.gateway_config, seed_of(settings))
    except CatalogueInvalid as error:
        _stop(f"The catalogue has mistakes, which have to be mended first:\n{error}")


def _edit(change: Any) -> None:
    from litellm_config.catalogue.edit import CannotEdit  # noqa: PLC0415

    try:
        change()
    except CannotEdit as error:
        _stop(f"Nothing was changed. {error}")


def _stop(message: str) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise typer.Exit(1)
