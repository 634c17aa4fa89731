"""The file of the catalogue, `config.yaml`, as its author wrote it."""

from pathlib import Path
from typing import Any

import yaml

from litellm_config.catalogue.mistakes import CatalogueInvalid


def load_catalogue(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text())
    except OSError as error:
        raise CatalogueInvalid.at(path, None, f"can't be read: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogueInvalid.at(path, line, f"not valid YAML: {error.problem}") from error
    if not isinstance(content, dict) or not isinstance(content.get("model_list"), list):
        raise CatalogueInvalid.at(path, 1, "there must be a list `model_list`")
    return content
