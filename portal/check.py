"""`portal check`: everything that is wrong with the settings and the model catalogue, and what is fine."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import typer
import yaml

from litellm_config.catalogue import Catalogue, CatalogueInvalid, Mistake, Seed, read_catalogue
from litellm_config.catalogue.addresses import without_password
from litellm_config.catalogue.masking import masked
from litellm_config.catalogue.reach import find_unreachable
from litellm_config.tested import untested
from portal.core.settings import Settings, SettingsInvalid, catalogue_file, load_settings_without_parts
from portal.deployments import find_mistakes
from portal.seed import seed_of


def run_check(*, prints: bool, offline: bool) -> bool:
    """Whether nothing is wrong. Mistakes and warnings go to standard error, the rest to standard output."""
    settings = _settings()
    if settings and not prints and not os.environ.get("DATABASE_URL"):
        typer.echo("DATABASE_URL, REDIS_URL and LITELLM_ADMIN_KEY are not set: `portal up` makes them.")
    file = settings.gateway_config if settings else catalogue_file()
    try:
        catalogue = read_catalogue(file, os.environ, seed=seed_of(settings) if settings else Seed())
    except CatalogueInvalid as error:
        _warn(error.warnings)
        _say(map(str, error.mistakes))
        return False
    _warn(catalogue.warnings)
    _say(f"warning: {one}" for one in untested())
    if not offline:
        _warn(_unreachable(catalogue, str(file)))
    if prints:
        typer.echo(_printed(catalogue))
    elif settings:
        typer.echo(f"Settings and {file} are fine: {_summary(catalogue)}")
    return settings is not None


def run_deployment_check(path: Path) -> bool:
    """Whether nothing is wrong, or left to fill in; mistakes go to standard error."""
    mistakes = find_mistakes(path)
    _say(map(str, mistakes))
    if not mistakes:
        typer.echo(f"{path} can be deployed.")
    return not mistakes


def _settings() -> Settings | None:
    try:
        return load_settings_without_parts()
    except SettingsInvalid as error:
        _say(["The settings can't be used:", str(error)])
        return None


def _unreachable(catalogue: Catalogue, file: str) -> Iterable[Mistake]:
    asked = [(one.api_base, Mistake(file, one.line, "")) for one in catalogue.endpoints if one.line]
    asked += [(one.api_base, Mistake("ENDPOINTS", None, "")) for one in catalogue.endpoints if not one.line]
    asked += [(one.url, Mistake("ENDPOINTS", None, "")) for one in catalogue.undiscovered]
    silent = find_unreachable(address for address, _ in asked if address)
    for address in sorted(silent):
        place = next(place for asked_address, place in asked if asked_address == address)
        yield place._replace(reason=f"nobody answers at {without_password(address)}; does the endpoint run?")


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
