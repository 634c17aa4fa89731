"""The shape of `config.yaml`. `config.schema.json` is made from it, so the descriptions are what an editor shows.

Only what is ours or what people often get wrong is typed; LiteLLM knows hundreds of names more (see `known.py`).
https://docs.litellm.ai/docs/proxy/config_settings
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from litellm_config.catalogue.addresses import check_address
from litellm_config.catalogue.card import Card

Name = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]
Reference = Annotated[str, Field(pattern=r"^os\.environ/\w+$")]
Address = Annotated[str, AfterValidator(check_address)]
Count = Annotated[int, Field(ge=0)] | Reference
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)] | Reference
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)] | Reference
Fallbacks = list[dict[str, list[str | dict[str, Any]]]]


class Part(BaseModel):
    """Values must have their type: `"3"` is text and no number."""

    model_config = ConfigDict(strict=True, extra="allow", protected_namespaces=())


class LiteLLMParams(Part):
    """Where the model runs and how it is asked. https://docs.litellm.ai/docs/proxy/configs#all-settings"""

    model: Name = Field(
        description="The kind of endpoint and the model's name there: `openai/NAME` for any OpenAI-compatible "
        "endpoint, or `anthropic/NAME`, `azure/NAME`, `bedrock/NAME` and so on for a hosted provider."
    )
    api_base: Address | None = Field(None, description="The endpoint's address, usually up to and with `/v1`.")
    api_key: str | None = Field(None, description="`os.environ/NAME` reads it from a variable. Leave it out for none.")
    order: int | None = Field(None, ge=0, description="Priority, 1 if left out: lower ones are asked first.")
    weight: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="Share of the requests inside a priority, 1 if left out."
    )
    input_cost_per_token: Price | None = Field(None, description="US dollars; without it nobody's budget counts it.")
    output_cost_per_token: Price | None = Field(None, description="US dollars.")
    rpm: Count | None = Field(None, description="Requests per minute that the endpoint takes.")
    tpm: Count | None = Field(None, description="Tokens per minute that the endpoint takes.")
    max_parallel_requests: Count | None = Field(None, description="Requests at the same time that the endpoint takes.")
    timeout: Seconds | None = Field(None, description="Seconds for a whole answer.")
    stream_timeout: Seconds | None = Field(None, description="Seconds of silence in a stream, and before it begins.")
    cooldown_time: Annotated[float, Field(ge=0)] | Reference | None = Field(
        None, description="Seconds that this endpoint rests when it fails; 0 for never."
    )
    max_retries: Count | None = Field(None, description="Tries of this endpoint alone, beside those of the router.")
    use_chat_completions_api: bool | None = Field(
        None, description="Make `/v1/responses` from chat completions; true if left out, for `openai/` with `api_base`."
    )
    extra_headers: dict[str, str] | None = Field(None, description="LiteLLM's own name for `customHeaders`.")
    extra_body: dict[str, Any] | None = Field(None, description="Added to the body of each request.")
    custom_llm_provider: str | None = Field(None, description="The kind of endpoint, in place of one in `model`.")


class ModelInfo(Card):
    """The card of the model, at its first endpoint, and what LiteLLM is told of this endpoint."""

    model_config = ConfigDict(
        strict=True, extra="allow", populate_by_name=False, validate_by_alias=True, protected_namespaces=()
    )

    id: str = Field("", description="LiteLLM's name of this one endpoint; it makes one where this is left out.")
    name: str = Field("", description="What people read; `model_name` if left out.")
    custom_headers: dict[str, str] | None = Field(
        None, alias="customHeaders", description="Headers that are sent to this endpoint."
    )
    cache: bool | Literal["shared"] | None = Field(
        None,
        description="true: answers are stored for whoever asked; shared: for everybody; false: never. "
        "Left out, a request may ask for it.",
    )


class Entry(Part):
    """One endpoint of a model. Several entries with the same `model_name` are endpoints of one model."""

    model_config = ConfigDict(extra="forbid")

    model_name: Name = Field(description="What people ask for: the `model` of a request, the id of the card.")
    litellm_params: LiteLLMParams
    model_info: ModelInfo | None = None


class RouterSettings(Part):
    """https://docs.litellm.ai/docs/proxy/config_settings#router_settings---reference"""

    num_retries: Count | None = Field(
        None, description="Tries after the first one, where a model has fewer endpoints than that."
    )
    retry_after: Annotated[float, Field(ge=0)] | Reference | None = Field(None, description="Least seconds between.")
    allowed_fails: Count | None = Field(None, description="Failures per minute before an endpoint has to cool down.")
    cooldown_time: Seconds | None = Field(None, description="Seconds that a failing endpoint is left alone.")
    timeout: Seconds | None = None
    stream_timeout: Seconds | None = None
    default_fallbacks: list[str] | None = Field(None, description="Models that stand in for every other.")
    fallbacks: Fallbacks | None = Field(None, description="Which models stand in for one: `- model: [other]`.")
    context_window_fallbacks: Fallbacks | None = Field(None, description="The same, where a prompt is too long.")
    content_policy_fallbacks: Fallbacks | None = Field(None, description="The same, where a provider refuses.")
    model_group_alias: dict[str, str | dict[str, Any]] | None = Field(None, description="Further names of models.")


class LiteLLMSettings(Part):
    """https://docs.litellm.ai/docs/proxy/config_settings#litellm_settings---reference"""

    num_retries: Count | None = None
    request_timeout: Seconds | None = None
    drop_params: bool | None = Field(None, description="Leave out parameters that an endpoint does not know.")
    cache: bool | None = None
    cache_params: dict[str, Any] | None = None
    callbacks: list[str] | str | None = None
    default_fallbacks: list[str] | None = Field(None, description="Models that stand in for every other.")
    fallbacks: Fallbacks | None = None
    context_window_fallbacks: Fallbacks | None = None
    content_policy_fallbacks: Fallbacks | None = None


class GeneralSettings(Part):
    """https://docs.litellm.ai/docs/proxy/config_settings#general_settings---reference"""

    master_key: str | None = None
    database_url: str | None = None


class File(Part):
    """The model catalogue of the platform, which is LiteLLM's configuration."""

    model_config = ConfigDict(extra="forbid", title="Model catalogue")

    model_list: list[Entry] = Field(description="The endpoints of all models.")
    router_settings: RouterSettings | None = Field(None, description="How requests find an endpoint.")
    litellm_settings: LiteLLMSettings | None = Field(None, description="LiteLLM itself.")
    general_settings: GeneralSettings | None = Field(None, description="LiteLLM as a server.")
    environment_variables: dict[str, str] | None = Field(None, description="Set before LiteLLM starts.")
    credential_list: list[dict[str, Any]] | None = Field(None, description="Keys that several endpoints share.")
