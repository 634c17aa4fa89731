import pytest
from chat_client import endings

from litellm_config.catalogue import Card
from portal.chat.tokens import tokens_of
from portal.chat.window import fit
from portal.conversations.answers import Parameters
from portal.conversations.lineage import Said
from portal.models import Role

SMALL = Card(id="small", name="Small", token_limit=1000, context_window_multiplier=0.8)


def conversation(rounds, size=90):
    said = [Said(role, "x" * size) for _ in range(rounds) for role in (Role.USER, Role.ASSISTANT)]
    return [*said, Said(Role.USER, "Last")]


@pytest.mark.req("C16")
def test_an_estimate_is_on_the_safe_side_for_every_script():
    assert tokens_of("") == 4
    assert tokens_of("word " * 300) == 504
    assert tokens_of("日本語") == 7
    assert tokens_of("🚀") == 6


@pytest.mark.req("C16")
def test_the_oldest_messages_are_left_out_first_and_a_question_is_the_first_that_stays():
    fitted = fit("Be brief.", conversation(20), SMALL, Parameters())

    assert fitted.context == 800
    assert fitted.tokens <= 600
    assert fitted.dropped + len(fitted.told) == 41
    assert fitted.dropped % 2 == 0
    assert fitted.told[0].role is Role.USER
    assert fitted.told[-1].content == "Last"
    assert not fitted.too_long


@pytest.mark.req("C16")
def test_what_an_answer_may_have_is_kept_free_up_to_half_of_the_window():
    assert fit("", conversation(20), SMALL, Parameters(max_tokens=100)).tokens > 600
    assert 300 < fit("", conversation(20), SMALL, Parameters(max_tokens=100_000)).tokens <= 400


@pytest.mark.req("C16")
def test_nothing_is_left_out_where_it_fits_or_the_window_is_not_known():
    assert fit("", conversation(3), SMALL, Parameters()).dropped == 0
    assert fit("", conversation(300), None, Parameters()).dropped == 0
    assert fit("x" * 3000, conversation(3), SMALL, Parameters()).too_long


@pytest.mark.req("C16")
def test_a_lane_whose_model_is_too_small_says_so_and_the_others_answer(chat):
    turn = chat.send("word " * 300, "chat-small", "chat-echo")
    heard = chat.until_ended(2)

    assert [lane["context"] for lane in turn["lanes"]] == [400, 32_000]
    refused = next(frame for frame in heard if frame["type"] == "error")
    assert (refused["lane"], refused["code"], refused["retryable"]) == (0, "context_too_long", False)
    assert endings(heard)[1]["state"] == "complete"


@pytest.mark.req("C16")
def test_what_is_left_out_is_told_and_kept(chat):
    history = [{"role": role, "content": "word " * 40} for _ in range(4) for role in ("user", "assistant")]
    turn, answers = chat.ask("count to 3", "chat-small", temporary=True, history=history)

    lane = turn["lanes"][0]
    assert lane["dropped"] == 4
    assert lane["tokens"] == 4 * tokens_of("word " * 40) + tokens_of("count to 3")
    assert answers[0]["facts"]["dropped"] == 4
    assert answers[0]["content"] == "1 2 3"
