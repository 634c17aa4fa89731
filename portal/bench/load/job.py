"""What the load generator is told to do: a JSON object on a line of its standard input."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

# Says something to whoever gave the job, who notes the processor time at that moment.
Tell = Callable[[Mapping[str, Any]], None]


class JobFailed(Exception):
    """An answer that makes all figures worthless; says which."""


class Step(BaseModel):
    """Job.NUMBER anywhere in the body becomes a number that is never sent twice."""

    url: str
    body: dict[str, Any]
    headers: dict[str, str] = {}


class Job(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    NUMBER: ClassVar = b"{n}"


class Requests(Job):
    """For so many `seconds`, but each connection sends at least `least_each` requests and at most `most_each`."""

    kind: Literal["requests"] = "requests"
    steps: list[Step]
    at_once: int = 1
    seconds: float
    warm_up: int = 0
    least_each: int = 1
    most_each: int = 1_000_000


class Streams(Job):
    """`streams` that run at the same time, each `tokens` long and `rate` per second at the endpoint."""

    kind: Literal["streams"] = "streams"
    url: str
    headers: dict[str, str]
    model: str
    streams: int
    tokens: int
    rate: float


class Turns(Job):
    """`count` questions in a chat, one after the other, in turn with the same question to LiteLLM directly."""

    kind: Literal["turns"] = "turns"
    socket_url: str
    token: str
    direct: Step
    model: str
    tokens: int
    count: int
    warm_up: int = 3


class Answers(Job):
    """`streams` answers at the same time, each on a socket of its own, which begin within as long as one takes."""

    kind: Literal["answers"] = "answers"
    socket_url: str
    token: str
    model: str
    streams: int
    tokens: int
    rate: float


JOB: TypeAdapter[Requests | Streams | Turns | Answers] = TypeAdapter(
    Annotated[Requests | Streams | Turns | Answers, Field(discriminator="kind")]
)
