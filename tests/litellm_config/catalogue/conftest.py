from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from litellm_config.catalogue import Catalogue, CatalogueInvalid, Mistake, read_catalogue


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


@pytest.fixture
def read(file: Path) -> Callable[..., Catalogue]:
    """`read(entries, seed=...)` or `read(text)`; variables by their names."""

    def read_it(content: str | Sequence[Mapping[str, Any]], seed=None, discovered=None, **variables: str) -> Catalogue:
        text = content if isinstance(content, str) else yaml.safe_dump({"model_list": list(content)}, sort_keys=False)
        file.write_text(text, encoding="utf-8")
        given = {"seed": seed, "discovered": discovered}
        return read_catalogue(file, variables, **{name: value for name, value in given.items() if value is not None})

    return read_it


@pytest.fixture
def mistakes(read: Callable[..., Catalogue]) -> Callable[..., tuple[Mistake, ...]]:
    def read_them(text: str, **variables: str) -> tuple[Mistake, ...]:
        with pytest.raises(CatalogueInvalid) as caught:
            read(text, **variables)
        return caught.value.mistakes

    return read_them


@pytest.fixture
def entry() -> Callable[..., dict[str, Any]]:
    """`entry("llama", order=2, info={...})`: an endpoint that is fine but for what is said."""

    def make(name: str = "llama", info: Mapping[str, Any] | None = None, **params: Any) -> dict[str, Any]:
        endpoint = {"model": f"openai/{name}", "api_base": "https://a.example.com/v1", **params}
        endpoint = {option: value for option, value in endpoint.items() if value is not None}
        card = {"model_info": dict(info)} if info is not None else {}
        return {"model_name": name, "litellm_params": endpoint, **card}

    return make
