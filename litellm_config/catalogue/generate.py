"""Writes what is made by a program: `python -m litellm_config.catalogue.generate`, after a change or a new LiteLLM.

`litellm_names.json` has the names that LiteLLM knows in each section, so that whoever checks a catalogue need not
load LiteLLM, which takes seconds. `config.schema.json` is what editors complete and check the file with.
"""

import ast
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from litellm_config.catalogue.known import NAMES_FILE
from litellm_config.catalogue.schema import SCHEMA_FILE, make_schema

# Read from another `config` than that of the file.
NO_SECTIONS = {"force_reload", "interval_hours"}
# What many endpoints understand beyond OpenAI's API; LiteLLM hands it on without having a name for it.
BEYOND_OPENAI = {"chat_template_kwargs", "extra_body", "min_p", "repetition_penalty", "top_k"}
READ = r"""\b{variable}(?:\.get\(\s*|\[)["']([a-z][a-z0-9_]+)["']"""


def main() -> None:
    NAMES_FILE.write_text(as_text(collect_names()))
    # The names are read by the schema.
    SCHEMA_FILE.write_text(as_text(make_schema()))


def as_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"


def collect_names() -> dict[str, list[str]]:
    import litellm  # noqa: PLC0415 - it takes seconds
    from litellm.constants import DEFAULT_CHAT_COMPLETION_PARAM_VALUES, OPENAI_CHAT_COMPLETION_PARAMS  # noqa: PLC0415
    from litellm.proxy._types import ConfigGeneralSettings  # noqa: PLC0415
    from litellm.types.router import LiteLLM_Params, LiteLLMParamsTypedDict  # noqa: PLC0415
    from litellm.types.router import ModelInfo as RouterModelInfo  # noqa: PLC0415
    from litellm.types.utils import ModelInfo, all_litellm_params  # noqa: PLC0415

    package = Path(litellm.__file__).parent
    source = "\n".join(file.read_text() for file in sorted(package.glob("proxy/**/*.py"))) + "\n"
    router = (package / "router.py").read_text() + "\n"
    return {
        "sections": _sorted(_reads("config", (package / "proxy" / "proxy_server.py").read_text()) - NO_SECTIONS),
        "providers": _sorted(str(getattr(one, "value", one)) for one in litellm.provider_list),
        "litellm_params": _sorted(
            {"order", "weight", *BEYOND_OPENAI, *LiteLLM_Params.model_fields, *LiteLLMParamsTypedDict.__annotations__}
            | {*all_litellm_params, *OPENAI_CHAT_COMPLETION_PARAMS, *DEFAULT_CHAT_COMPLETION_PARAM_VALUES}
        ),
        "model_info": _sorted(
            {"mode", *RouterModelInfo.model_fields, *ModelInfo.__annotations__} | _reads("model_info", source + router)
        ),
        "router_settings": _sorted(litellm.Router.get_valid_args()),
        "litellm_settings": _sorted(_module_settings(package / "__init__.py") | _reads("litellm_settings", source)),
        "general_settings": _sorted({*ConfigGeneralSettings.model_fields} | _reads("general_settings", source)),
    }


def _reads(variable: str, source: str) -> set[str]:
    return set(re.findall(READ.format(variable=variable), source))


def _module_settings(file: Path) -> set[str]:
    """What `litellm_settings` sets: the variables of LiteLLM's module."""
    names = set()
    for statement in ast.parse(file.read_text()).body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                names.add(name)
    return {name for name in names if name.islower() and not name.endswith("_models")}


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if name[0] != "_" and name != "self"})


if __name__ == "__main__":
    main()
