"""The form of Akash's SDL 2.0, written from its documentation.

https://akash.network/docs/developers/deployment/akash-sdl/syntax-reference/
https://github.com/akash-network/chain-sdk/blob/main/go/sdl/sdl-input.schema.yaml
Of what we never use, such as GPUs, only the names are known.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Port = Annotated[int, Field(strict=True, ge=1, le=65535)]
Size = Annotated[str, Field(pattern=r"^\d+(\.\d+)?(k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?$")]
# More than nothing: `0.5`, `500m`.
Units = Annotated[str, BeforeValidator(str), Field(pattern=r"^\d*[1-9]\d*(\.\d+)?m?$|^\d+\.\d*[1-9]\d*$")]
Amount = Annotated[str, BeforeValidator(str), Field(pattern=r"^\d+(\.\d+)?$")]
# A single volume may stand for a list of one.
AsList = BeforeValidator(lambda value: [value] if isinstance(value, dict) else value)
NextCase = Literal["error", "timeout", "500", "502", "503", "504", "403", "404", "429", "off"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class To(Part):
    service: str | None = None
    is_global: bool = Field(default=False, alias="global", strict=True)
    ip: str | None = Field(None, min_length=1)


class HttpOptions(Part):
    max_body_size: int = Field(1_048_576, ge=0, le=104_857_600)
    read_timeout: int = Field(60_000, ge=0, le=60_000)
    send_timeout: int = Field(60_000, ge=0, le=60_000)
    next_tries: int = Field(3, ge=0)
    next_timeout: int = Field(0, ge=0)
    next_cases: list[NextCase] = ["error", "timeout"]
    proxy_buffer_size: int = Field(0, ge=0, le=1_048_576)
    proxy: dict[str, Any] = {}


class Expose(Part):
    port: Port
    seen_as: Port | None = Field(None, alias="as")
    accept: list[str] = []
    proto: Literal["TCP", "UDP", "tcp", "udp"] = "tcp"
    to: list[To] = []
    http_options: HttpOptions = HttpOptions()


class Mount(Part):
    mount: str = Field(pattern="^/")
    read_only: bool = Field(default=False, alias="readOnly")


class Params(Part):
    storage: dict[str, Mount] = {}
    permissions: dict[str, Any] = {}
    tee: Literal["cpu", "cpu-gpu"] | None = None


class Credentials(Part):
    host: str = Field(min_length=1)
    username: str = Field(min_length=1)
    password: str = Field(min_length=6)
    email: str | None = Field(None, min_length=5)


class Dependency(Part):
    service: str


class Service(Part):
    image: str = Field(min_length=1)
    command: list[str] | None = None
    args: list[str] | None = None
    env: list[Annotated[str, Field(pattern="^[^=]+=")]] | None = None
    expose: list[Expose] | None = None
    dependencies: list[Dependency] = []
    params: Params = Params()
    credentials: Credentials | None = None


class VolumeAttributes(Part):
    storage_class: str = Field(alias="class")
    persistent: bool


class Volume(Part):
    name: str = "default"
    size: Size
    attributes: VolumeAttributes | None = None

    @property
    def is_persistent(self) -> bool:
        return self.attributes is not None and self.attributes.persistent


class Cpu(Part):
    units: Units
    attributes: dict[str, Any] = {}


class Memory(Part):
    size: Size


class Resources(Part):
    cpu: Cpu
    memory: Memory
    storage: Annotated[list[Volume], AsList, Field(min_length=1)]
    gpu: dict[str, Any] | None = None


class Compute(Part):
    resources: Resources


class Price(Part):
    denom: Literal["uakt", "uact"]
    amount: Amount


class SignedBy(Part):
    any_of: list[str] = Field([], alias="anyOf")
    all_of: list[str] = Field([], alias="allOf")


class Placement(Part):
    pricing: dict[str, Price]
    attributes: dict[str, Any] = {}
    signed_by: SignedBy = Field(SignedBy(), alias="signedBy")


class Profiles(Part):
    compute: dict[str, Compute]
    placement: dict[str, Placement]


class Count(Part):
    profile: str
    count: int = Field(strict=True, ge=1)


class Endpoint(Part):
    kind: Literal["ip"]


class Sdl(Part):
    version: Literal["2.0"]
    services: Annotated[dict[str, Service], Field(min_length=1)]
    profiles: Profiles
    deployment: dict[str, dict[str, Count]]
    endpoints: dict[Annotated[str, Field(pattern="^[a-z]+[-_0-9a-z]+$")], Endpoint] = {}
    include: list[str] = []
    reclamation: dict[str, Any] | None = None
