"""The stream of a text completion, whose tokens LiteLLM 1.108 counts only for clients that ask and stay."""

from typing import Any, Self

from litellm.types.utils import Delta, ModelResponseStream, StreamingChoices, Usage

from litellm_config.routing.tokens import count_usage


class TextStream:
    """What LiteLLM bills when a client has left are `chunks`, as those of a chat."""

    messages = None

    def __init__(self, stream: Any, model: str, prompt: Any, *, is_asked: bool) -> None:
        self._stream = stream
        self.model = model
        self._prompt = prompt
        self._is_asked = is_asked
        self._said: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        while True:
            chunk = await anext(self._stream)
            self._said += [choice.text for choice in chunk.choices if choice.text]
            if self._is_asked:
                return chunk
            if not getattr(chunk, "usage", None) or any(
                choice.text or choice.finish_reason for choice in chunk.choices
            ):
                chunk.usage = None
                return chunk

    @property
    def chunks(self) -> list[ModelResponseStream]:
        if not self._said:
            return []
        text, model = "".join(self._said), self.model
        said = StreamingChoices(delta=Delta(content=text, role="assistant"), index=0)
        usage = Usage(**count_usage({"prompt": self._prompt}, text, model))
        return [
            ModelResponseStream(model=model, choices=[said]),
            ModelResponseStream(model=model, choices=[], usage=usage),
        ]
