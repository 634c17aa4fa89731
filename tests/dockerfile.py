"""A Dockerfile as its stages and steps: https://docs.docker.com/reference/dockerfile/."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Step:
    word: str
    rest: str

    @property
    def is_list(self) -> bool:
        return self.rest.startswith("[")

    @property
    def parts(self) -> list[str]:
        return json.loads(self.rest) if self.is_list else self.rest.split()


@dataclass
class Stage:
    image: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def all(self, word: str) -> list[Step]:
        return [step for step in self.steps if step.word == word]

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for step in self.all("ENV") for pair in step.parts)

    @property
    def user(self) -> str:
        return self.all("USER")[-1].rest


def read_stages(text: str) -> tuple[dict[str, Stage], dict[str, str]]:
    """The stages by name, and the arguments that stand before the first."""
    arguments: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    stage = None
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        word, _, rest = line.partition(" ")
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            stage = stages[name] = Stage(re.sub(r"\$\{(\w+)\}", lambda found: arguments[found[1]], image), name)
        elif stage is None:
            arguments.update([rest.split("=", 1)])
        else:
            stage.steps.append(Step(word, rest))
    return stages, arguments


STAGES, ARGUMENTS = read_stages((ROOT / "Dockerfile").read_text())
