"""The variable `ENDPOINTS`, a JSON list in which earlier gateways were told their endpoints."""

import json
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr


def check_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or True)
    except ValueError:
        is_address = False
    if not is_address or url.split() != [url]:
        raise ValueError("must be an http:// or https:// address")
    if "@" in parts.netloc:
        raise ValueError("must not carry a password; put the key into apiKey")
    return url


def read_list(value: Any) -> Any:
    """Of the variable's text; not set and set to nothing are the same."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else ()
    except ValueError as error:
        place = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"is not valid JSON{place}") from error


class SeedEndpointSetting(BaseModel):
    """`url` may end before `/v1`. Without models the endpoint is asked for its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(check_url)]
    api_key: SecretStr | None = Field(None, alias="apiKey")
    priority: int = Field(1, ge=0)
    weight: float = Field(1, gt=0, allow_inf_nan=False)
    models: tuple[Annotated[str, Field(min_length=1)], ...] = ()


SeedEndpoints = Annotated[tuple[SeedEndpointSetting, ...], BeforeValidator(read_list)]
