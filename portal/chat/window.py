"""A model's context window: what of a conversation it is told, so that there is room for its answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from litellm_config.catalogue import Card
from portal.chat.tokens import tokens_of
from portal.conversations.answers import Parameters
from portal.conversations.lineage import Said
from portal.models import Role

# Of the window, for the answer where the person sets no length; and what a length that they set takes of it at most.
ROOM_FOR_ANSWER = 0.25
MOST_ROOM_FOR_ANSWER = 0.5


@dataclass(frozen=True)
class Fitted:
    """`dropped`: oldest messages that are left out. It is `too_long` where the question alone does not fit."""

    told: Sequence[Said]
    tokens: int
    context: int | None
    dropped: int = 0
    too_long: bool = False


def context_of(card: Card | None) -> int | None:
    """Tokens that the chat uses of the model's window; `None` where it is not known."""
    return int(card.token_limit * card.context_window_multiplier) if card and card.token_limit else None


def fit(system_prompt: str, told: Sequence[Said], card: Card | None, parameters: Parameters) -> Fitted:
    """The system prompt and the last message are never left out. What is told begins with a question."""
    sizes = [tokens_of(one.content) for one in told]
    always = tokens_of(system_prompt) if system_prompt else 0
    context = context_of(card)
    if context is None:
        return Fitted(told, always + sum(sizes), None)
    room = context - _room_for_answer(context, parameters)
    first, tokens = 0, always + sum(sizes)
    while first < len(told) - 1 and (tokens > room or told[first].role is not Role.USER):
        tokens -= sizes[first]
        first += 1
    return Fitted(told[first:], tokens, context, dropped=first, too_long=tokens > room)


def _room_for_answer(context: int, parameters: Parameters) -> int:
    wanted = parameters.max_tokens or context * ROOM_FOR_ANSWER
    return int(min(wanted, context * MOST_ROOM_FOR_ANSWER))
