import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from litellm_config.catalogue import Seed

LITELLM = (sys.executable, "-m", "litellm_config.serve")


@dataclass(frozen=True, kw_only=True)
class GatewayOptions:
    """Times are in seconds.

    `environment` is where references of the catalogue are looked up, and what the workers start with;
    `litellm_environment` is added for them. `program` is what they are forked from; `forking` says how it is started.
    """

    host: str
    port: int
    catalogue_file: Path
    redis_url: str
    environment: Mapping[str, str] = field(repr=False)
    litellm_environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    seed: Seed = field(default_factory=Seed)
    # Gets what the workers write, line by line, in place of our standard output.
    copy_output: Callable[[str], object] | None = None
    program: tuple[str, ...] = LITELLM
    # The longest that an edit of the catalogue waits for running answers, and that a stop does.
    drain_seconds: float = 600
    # Before that stop: new requests are answered for so long, until callers know another gateway.
    stop_delay: float = 0
    stop_seconds: float = 25
    # LiteLLM needs 10 on two idle cores for its first start, and 2 for others.
    start_seconds: float = 180
    # The longest that a worker's event loop may be busy with something else before the worker counts as hung. One that
    # is only slow gives a sign of life within a second or two, also where ten programs want its core.
    patience: float = 30
    # Between two looks at the file; what has just changed is judged at the second look.
    look_seconds: float = 1
