"""What the environment adds to the file: `ENDPOINTS` and the other settings that earlier gateways were started with."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SeedEndpoint:
    """An OpenAI-compatible endpoint of `ENDPOINTS`. One without models has those that it names itself."""

    url: str
    api_key: str | None = field(default=None, repr=False)
    priority: int = 1
    weight: float = 1
    models: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seed:
    """`None` leaves what the file says. The delay before another try is in seconds."""

    endpoints: tuple[SeedEndpoint, ...] = ()
    fallback_model: str | None = None
    retry_attempts: int | None = None
    retry_delay: float | None = None
