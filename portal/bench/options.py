from dataclasses import dataclass
from pathlib import Path

DATA_DIR = Path(".portal-bench")


@dataclass(frozen=True)
class BenchOptions:
    """`scenarios`: their names; none means all. `data_dir` keeps the environment of stock LiteLLM for other runs."""

    scenarios: tuple[str, ...] = ()
    rounds: int = 3
    is_quick: bool = False
    as_json: bool = False
    with_stock: bool = True
    data_dir: Path = DATA_DIR

    @property
    def seconds(self) -> float:
        """So long each measurement of requests takes."""
        return 2.0 if self.is_quick else 4.0

    @property
    def tokens(self) -> int:
        """Of a stream: an answer of usual length, six seconds long."""
        return 150 if self.is_quick else 300

    @property
    def knee_trials(self) -> int:
        return 4 if self.is_quick else 7

    @property
    def starts(self) -> int:
        """One, unless starts are what is measured: a cold one and so many others."""
        return 1 + self.rounds if self.wants("start") else 1

    def wants(self, scenario: str) -> bool:
        return not self.scenarios or scenario in self.scenarios

    @property
    def turns(self) -> int:
        """Questions in a chat."""
        return 15 if self.is_quick else 50
