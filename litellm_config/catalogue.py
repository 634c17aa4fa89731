"""The catalogue file as LiteLLM gets it: without the models whose endpoint does not run here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

SAMPLE_ENDPOINT = "os.environ/SAMPLE_ENDPOINT_URL"


class CatalogueInvalid(Exception):
    """Names file, line where known, and reason."""


def load_catalogue(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text())
    except OSError as error:
        raise CatalogueInvalid(f"{path}: can't be read: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogueInvalid(f"{path}:{line}: not valid YAML: {error.problem}") from error
    if not isinstance(content, dict) or not isinstance(content.get("model_list"), list):
        raise CatalogueInvalid(f"{path}:1: there must be a list `model_list`")
    return content


def write_effective_catalogue(source: Path, target: Path, environment: Mapping[str, str]) -> None:
    """The file that LiteLLM reads. Secrets stay references to the environment."""
    catalogue = load_catalogue(source)
    if not environment.get("SAMPLE_ENDPOINT_URL"):
        catalogue["model_list"] = [model for model in catalogue["model_list"] if not _is_sample(model)]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(yaml.safe_dump(catalogue, sort_keys=False))


def _is_sample(model: Any) -> bool:
    params = model.get("litellm_params") if isinstance(model, dict) else None
    return isinstance(params, dict) and params.get("api_base") == SAMPLE_ENDPOINT
