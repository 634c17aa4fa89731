"""What people get to know of a model. It stands under `model_info` of the model's first endpoint in `config.yaml`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["chat", "completion", "embedding", "audio_transcription", "image_generation", "responses"]


class Card(BaseModel):
    """Everything here is public. `id` is what requests name as `model`; amounts are US dollars.

    The names are those of the catalogues of AkashChat, so that its files and clients can be used as they are.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)

    id: str
    name: str
    mode: Mode = "chat"
    description: str = ""
    available: bool = Field(default=True, description="false takes the model out of service without removing its entry")
    owned_by: str = ""
    temperature: float | None = Field(None, ge=0, le=2, description="the default of the chat")
    top_p: float | None = Field(None, ge=0, le=1, description="the default of the chat")
    token_limit: int | None = Field(None, alias="tokenLimit", gt=0, description="context window in tokens")
    context_window_multiplier: float = Field(
        1.0, alias="contextWindowMultiplier", gt=0, le=1, description="part of the context window that the chat uses"
    )
    parameters: str | None = Field(None, description="how many the model has, such as 70B")
    architecture: str | None = None
    hf_repo: str | None = Field(None, description="repository on Hugging Face, such as meta-llama/Llama-3.3-70B")
    about_content: str | None = Field(None, alias="aboutContent", description="Markdown, for the page of the model")
    info_content: str | None = Field(None, alias="infoContent", description="Markdown, a note in the chat")
    thumbnail_id: str | None = Field(None, alias="thumbnailId", description="name of a picture in portal/static/img")
    deploy_url: str | None = Field(None, alias="deployUrl", description="where people deploy the model themselves")
    api_compatibility: str = Field("openai", alias="apiCompatibility")
    supports_vision: bool = False
    supports_function_calling: bool = False
    supports_reasoning: bool = False
    input_cost_per_token: float | None = Field(None, ge=0)
    output_cost_per_token: float | None = Field(None, ge=0)
