"""`portal check`: everything that is wrong with the settings and the model catalogue, and what is fine."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import typer
import yaml

from litellm_config.catalogue import Catalogue, CatalogueInvalid, Mistake, Seed, read_catalogue
from litellm_config.catalogue.addresses import without_password
from litellm_config.catalogue.masking import masked
from litellm_config.endpoints.address import KEY_REFUSED, Address
from litellm_config.tested import untested
from portal.check_endpoints import statuses_of
from portal.core.beside import environment_beside
from portal.core.setting_names import not_read
from portal.core.settings import Settings, SettingsInvalid, catalogue_file, load_settings_without_parts
from portal.deployments import find_mistakes
from portal.seed import seed_of


def run_check(*, prints: bool, offline: bool, data_dir: Path | None = None) -> bool:
    """Whether nothing is wrong. Mistakes and warnings go to standard error, the rest to standard output."""
    environment = _environment(data_dir)
    if environment is None:
        return False
    settings = _settings(environment)
    if settings and not prints and not environment.get("DATABASE_URL"):
        typer.echo("DATABASE_URL, REDIS_URL and LITELLM_ADMIN_KEY are not set: `portal up` makes them.")
    file = settings.gateway_config if settings else catalogue_file(environment)
    _say(f"warning: {one}" for one in not_read(environment))
    try:
        catalogue = read_catalogue(file, environment, seed=seed_of(settings) if settings else Seed())
    except CatalogueInvalid as error:
        _warn(error.warnings)
        _say(map(str, error.mistakes))
        return False
    _warn(catalogue.warnings)
    _say(f"warning: {one}" for one in untested())
    refused: list[Mistake] = []
    if not offline:
        silent, refused = _trouble(catalogue, str(file))
        _warn(silent)
        _say(map(str, refused))
    if prints:
        typer.echo(_printed(catalogue))
    elif settings and not refused:
        typer.echo(f"Settings and {file} are fine: {_summary(catalogue)}")
    return settings is not None and not refused


def run_deployment_check(path: Path) -> bool:
    """Whether nothing is wrong, or left to fill in; mistakes go to standard error."""
    mistakes = find_mistakes(path)
    _say(map(str, mistakes))
    if not mistakes:
        typer.echo(f"{path} can be deployed.")
    return not mistakes


def _environment(data_dir: Path | None) -> dict[str, str] | None:
    try:
        return environment_beside(data_dir)
    except SettingsInvalid as error:
        _say([str(error)])
        return None


def _settings(environment: Mapping[str, str]) -> Settings | None:
    try:
        return load_settings_without_parts(environment)
    except SettingsInvalid as error:
        _say(["The settings can't be used:", str(error)])
        return None


def _trouble(catalogue: Catalogue, file: str) -> tuple[list[Mistake], list[Mistake]]:
    """Endpoints where nobody answers, which may yet start, and those that refuse the key that they are given."""
    asked: dict[Address, Mistake] = {}
    for endpoint in catalogue.endpoints:
        if address := Address.of(endpoint):
            asked.setdefault(address, Mistake(file if endpoint.line else "ENDPOINTS", endpoint.line, ""))
    for one in catalogue.undiscovered:
        asked.setdefault(Address(one.url.rstrip("/"), one.api_key), Mistake("ENDPOINTS", None, ""))
    silent, refused = [], []
    for address, status in statuses_of(asked).items():
        where = without_password(address.api_base)
        if status is None:
            silent.append(asked[address]._replace(reason=f"nobody answers at {where}; does the endpoint run?"))
        elif status in KEY_REFUSED:
            what = "refuses its key" if address.api_key else "asks for a key, and none is given: name it in `api_key`"
            refused.append(asked[address]._replace(reason=f"the endpoint at {where} {what} ({status})"))
    return silent, refused


def _summary(catalogue: Catalogue) -> str:
    available = [card for card in catalogue.cards if card.available]
    notes = [f"{len(available)} {'model' if len(available) == 1 else 'models'}", _endpoints(catalogue)]
    if len(available) < len(catalogue.cards):
        notes.append(f"{len(catalogue.cards) - len(available)} out of service")
    if catalogue.left_out:
        notes.append(f"{catalogue.left_out} of the sample endpoint left out, because SAMPLE_ENDPOINT_URL is not set")
    if catalogue.undiscovered:
        notes.append(f"{len(catalogue.undiscovered)} endpoints of ENDPOINTS to be asked for their models")
    return ", ".join(notes) + "."


def _endpoints(catalogue: Catalogue) -> str:
    count = len(catalogue.endpoints)
    return f"{count} model endpoint{'' if count == 1 else 's'}"


def _printed(catalogue: Catalogue) -> str:
    """As YAML: what LiteLLM reads, and the cards that people see."""
    cards = [card.model_dump(exclude_none=True, exclude_defaults=True) for card in catalogue.cards]
    content = {"version": catalogue.version, **masked(catalogue.content), "cards": cards}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120).rstrip()


def _warn(warnings: Iterable[Mistake]) -> None:
    _say(str(warning._replace(reason=f"warning: {warning.reason}")) for warning in warnings)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stderr.write(f"{line}\n")
