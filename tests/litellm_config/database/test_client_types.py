"""The types that nobody reads are there for who asks, and only then."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from litellm_config.database import client_types
from litellm_config.database.errors import ClientNotGenerated

GENERATED = """class StringFilter: pass

# LiteLLM_BudgetTable types
class BudgetInput(StringFilter): pass
class BudgetOutput: pass

# LiteLLM_UserTable types
class UserInput(BudgetInput): pass
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A generated client with the types of two tables."""
    folder = tmp_path / "some_client"
    folder.mkdir()
    (folder / "__init__.py").write_text("from . import types\n")
    (folder / "types.py").write_text(GENERATED)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.startswith("some_client")]:
        del sys.modules[name]


def test_types_of_tables_are_loaded_when_one_is_asked_for(package: Path) -> None:
    client_types.set_aside(package)
    some_client: Any = importlib.import_module("some_client")
    filters = some_client.types.StringFilter
    loaded_first = "some_client.all_types" in sys.modules
    user = some_client.types.UserInput

    assert filters.__name__ == "StringFilter"
    assert not loaded_first
    assert [base.__name__ for base in user.mro()] == ["UserInput", "BudgetInput", "StringFilter", "object"]
    with pytest.raises(AttributeError, match="NoSuchInput"):
        _ = some_client.types.NoSuchInput


def test_types_that_are_aside_are_known_by_their_file(package: Path) -> None:
    before = client_types.are_aside(package)
    client_types.set_aside(package)

    assert not before
    assert client_types.are_aside(package)


def test_client_without_tables_is_refused_and_left_as_it_is(package: Path) -> None:
    (package / "types.py").write_text("class StringFilter: pass\n")

    with pytest.raises(ClientNotGenerated, match="no types of tables"):
        client_types.set_aside(package)
    assert [path.name for path in sorted(package.iterdir())] == ["__init__.py", "types.py"]
