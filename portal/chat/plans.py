"""What a `send` frame asks for: checked, and made into what is written and what each lane's model is asked."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from litellm_config.catalogue import Card
from portal.chat.lane import LanePlan
from portal.chat.limits import ChatLimits
from portal.chat.protocol import LaneChoice, Send
from portal.chat.refusals import BadFrame, MessageTooLong, TooManyLanes, UnknownModel
from portal.chat.window import fit
from portal.clients.catalogue import ModelCatalogue
from portal.clients.completion_errors import CompletionFailed, ContextTooLong, ModelNotFound
from portal.clients.completions import Question
from portal.conversations.lineage import Said
from portal.conversations.turns import BegunTurn, NewTurn
from portal.models import Role

NUL, UNKNOWN = "\x00", "\N{REPLACEMENT CHARACTER}"
GO_ON = (
    "Your last answer broke off. Go on exactly where it ends, in the middle of a word if need be. Repeat nothing, and "
    "say nothing about having been interrupted."
)


def checked(send: Send, limits: ChatLimits, catalogue: ModelCatalogue) -> Send:
    """The frame as it is carried out; raises what is wrong with it."""
    numbers = [lane.lane for lane in send.lanes]
    if len(numbers) > limits.lanes or max(numbers) >= limits.lanes:
        raise TooManyLanes(limits.lanes)
    if len(set(numbers)) < len(numbers):
        raise _bad("lanes", "Each lane can be there once.")
    if send.content is not None and not send.content.strip():
        raise _bad("content", "Please write a message.")
    if send.content is None and not (send.parent or send.continues):
        raise _bad("content", "A message is needed, or what is to be answered again.")
    if send.continues and (send.content is not None or len(numbers) > 1):
        raise _bad("continues", "An answer goes on in one lane and without a new message.")
    if send.temporary and (send.content is None or send.conversation):
        raise _bad("temporary", "A temporary chat has a message, and no conversation.")
    if not send.temporary and send.history:
        raise _bad("history", "Only a temporary chat brings its history.")
    texts = (send.content or "", send.system_prompt or "", *(one.content for one in send.history))
    if max(map(len, texts)) > limits.message_characters:
        raise MessageTooLong(limits.message_characters)
    if not any(_exists(lane.model, catalogue) for lane in send.lanes):
        raise UnknownModel
    plain = {"content": _plain(send.content), "system_prompt": _plain(send.system_prompt)}
    return send.model_copy(update=plain)


def new_turn(turn_id: UUID, person_id: UUID, send: Send) -> NewTurn:
    return NewTurn(
        id=turn_id,
        person_id=person_id,
        models={lane.lane: lane.model for lane in sorted(send.lanes, key=lambda one: one.lane)},
        conversation=send.conversation,
        parent=send.parent,
        content=send.content,
        continues=send.continues,
        system_prompt=send.system_prompt,
        folder=send.folder,
        parameters=send.lanes[0].params.model_dump(exclude_none=True),
    )


def plans(send: Send, begun: BegunTurn, catalogue: ModelCatalogue) -> list[LanePlan]:
    choices = {lane.lane: lane for lane in send.lanes}
    made = []
    for number, answer in begun.answers.items():
        # An answer that goes on stays in the lane where it stands.
        choice = choices.get(number) or send.lanes[0]
        told = begun.told[number]
        if answer.content:
            told = [*told, Said(Role.ASSISTANT, answer.content), Said(Role.USER, GO_ON)]
        system_prompt = begun.conversation.system_prompt if send.system_prompt is None else send.system_prompt
        plan = _plan(send, choice, answer.id, told, system_prompt, catalogue)
        written = {"number": number, "written": answer.content, "thought": answer.reasoning}
        made.append(LanePlan(**{**vars(plan), **written}))
    return made


def temporary_plans(send: Send, catalogue: ModelCatalogue) -> list[LanePlan]:
    history = [Said(one.role, one.content) for one in send.history if one.content]
    told = [*history, Said(Role.USER, send.content or "")]
    return [_plan(send, choice, uuid4(), told, send.system_prompt or "", catalogue) for choice in send.lanes]


def _plan(
    send: Send, choice: LaneChoice, answer: UUID, told: Sequence[Said], system_prompt: str, catalogue: ModelCatalogue
) -> LanePlan:
    card = _card(choice.model, catalogue)
    fitted = fit(system_prompt, told, card, choice.params)
    refusal: CompletionFailed | None = None
    if not _exists(choice.model, catalogue):
        refusal = ModelNotFound()
    elif fitted.too_long:
        refusal = ContextTooLong()
    question = Question(
        model=choice.model,
        messages=_messages(system_prompt, fitted.told),
        parameters=_given(choice),
        # Somebody who asks again wants another answer, and of a temporary chat nothing is kept.
        may_be_stored=not send.temporary and send.content is not None,
        is_continued=bool(send.continues) and len(told) > 1 and told[-1].content == GO_ON,
    )
    return LanePlan(choice.lane, answer, question, fitted, card, refusal)


def _messages(system_prompt: str, told: Sequence[Said]) -> list[Mapping[str, str]]:
    system = [{"role": "system", "content": system_prompt}] if system_prompt.strip() else []
    return [*system, *({"role": one.role.value, "content": one.content} for one in told)]


def _given(choice: LaneChoice) -> dict[str, Any]:
    return choice.params.model_dump(exclude_none=True)


def _card(model: str, catalogue: ModelCatalogue) -> Card | None:
    listed = catalogue.find(model)
    return listed.card if listed else None


def _exists(model: str, catalogue: ModelCatalogue) -> bool:
    card = _card(model, catalogue)
    return card.mode == "chat" if card else catalogue.has(model)


def _plain(text: str | None) -> str | None:
    """Postgres keeps no NUL."""
    return text and text.replace(NUL, UNKNOWN)


def _bad(field: str, sentence: str) -> BadFrame:
    return BadFrame(f"{field}: {sentence}", fields={field: sentence})
