from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

DATA_DIR = Path(".portal-bench")


@dataclass(frozen=True)
class BenchOptions:
    """`scenarios`: their names; none means all. `data_dir` keeps LiteLLM as installed for other runs.

    seconds      of each measurement of requests, one at a time
    together     seconds of each measurement of many at once: LiteLLM writes to its database every 10 to 15 seconds, and
                 what that costs belongs to the requests
    tokens       of a stream: an answer of usual length, six seconds long
    knee_trials  at most, for the largest number of streams of one gateway
    turns        questions in a chat
    """

    scenarios: tuple[str, ...] = ()
    rounds: int = 3
    seconds: float = 4.0
    together: float = 13.0
    tokens: int = 300
    knee_trials: int = 7
    turns: int = 50
    as_json: bool = False
    with_stock: bool = True
    data_dir: Path = DATA_DIR

    @classmethod
    def quick(cls, **others: Any) -> Self:
        """One short round."""
        return cls(
            **{**others, "rounds": 1, "seconds": 2.0, "together": 2.0, "tokens": 100, "knee_trials": 3, "turns": 15}
        )

    @property
    def starts(self) -> int:
        """One, unless starts are what is measured: a cold one and so many others."""
        return 1 + self.rounds if self.wants("start") else 1

    def wants(self, scenario: str) -> bool:
        return not self.scenarios or scenario in self.scenarios
