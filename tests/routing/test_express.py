"""Requests that do not go through all of LiteLLM are answered, limited, counted and paid for as if they did."""

import uuid

import pytest
from leaving import asking
from model_endpoint import USAGE
from routing_catalogue import PRICES
from travellers import MODEL, TEAM, Traveller, events, is_express, litellm_database, rows, said, words
from waiting import wait_until

pytestmark = pytest.mark.req("G13")

COST = PRICES["input_cost_per_token"] + PRICES["output_cost_per_token"]
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
RICH = {
    "max_tokens": 7,
    "temperature": 0.3,
    "top_p": 0.9,
    "seed": 5,
    "stop": ["x"],
    "presence_penalty": 0.1,
    "tools": [TOOL],
    "tool_choice": "auto",
    "response_format": {"type": "json_object"},
}
STORE = {"cache": {"use-cache": True}}
# To LiteLLM, so that it answers.
ORDER = {"x-litellm-trace-id": "1"}
TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Grüße 🎉"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}],
    },
    {"role": "tool", "tool_call_id": "1", "content": "sunny"},
]


@pytest.fixture
def on_both(both, traveller) -> Traveller:
    """Somebody whom either endpoint has answered."""
    first, _ = both
    one = traveller()
    one.warm()
    first.fault = "500"
    assert said(one.ask()) == "second"
    first.fault = ""
    wait_until(lambda: is_express(one.ask()))
    return one


def without_null(messages: list[dict]) -> list[dict]:
    return [{name: value for name, value in one.items() if value is not None} for one in messages]


def test_the_endpoint_is_asked_the_same_and_the_client_gets_the_same(both, traveller):
    first, _ = both
    one = traveller()
    slow = one.ask(messages=TALK, **RICH)
    one.warm()
    fast = one.ask(messages=TALK, **RICH)

    assert not is_express(slow)
    assert is_express(fast)
    assert first.bodies[-1] == first.bodies[0] == {"model": "sample-chat", "messages": without_null(TALK), **RICH}
    assert first.authorization == "Bearer sample"
    assert fast.json()["model"] == slow.json()["model"] == MODEL
    assert said(fast) == said(slow) == "first"
    assert fast.json()["usage"] == slow.json()["usage"] == USAGE
    assert fast.json()["choices"][0]["finish_reason"] == slow.json()["choices"][0]["finish_reason"] == "stop"
    kept = ("x-litellm-model-id", "x-litellm-model-group", "x-litellm-model-api-base", "x-litellm-attempted-retries")
    assert [fast.headers[name] for name in kept] == [slow.headers[name] for name in kept]


@pytest.mark.parametrize("options", [{}, {"stream_options": {"include_usage": True}}])
def test_a_stream_says_the_same(both, traveller, options):
    one = traveller()
    with one.stream(**options) as slow:
        slow.read()
    one.warm()
    with one.stream(**options) as fast:
        fast.read()

    assert (is_express(slow), is_express(fast)) == (False, True)
    assert fast.headers["content-type"] == slow.headers["content-type"]
    assert words(fast.text) == words(slow.text) == "first"
    assert fast.text.endswith("data: [DONE]\n\n")
    assert {event["model"] for event in events(fast.text)} == {MODEL}
    told = [[event["usage"] for event in events(one.text) if event.get("usage")] for one in (slow, fast)]
    # LiteLLM adds what it would cost.
    assert [{name: usage[name] for name in USAGE} for usage in told[0]] == told[1]
    assert len(told[1]) == len(options)


def test_all_that_was_answered_is_written_down_and_paid_for(platform, both, traveller):
    one = traveller()
    answers = one.warm() + 20
    ways = [is_express(one.ask()) for _ in range(20)]

    assert sum(ways) >= 15
    wait_until(lambda: len(rows(platform, one)) == answers)
    written = rows(platform, one, "prompt_tokens, completion_tokens, spend, model_group, status, team_id")
    assert {(*row[:2], round(row[2], 9), *row[3:]) for row in written} == {
        (1, 1, round(COST, 9), MODEL, "success", TEAM)
    }
    sums = "sum(api_requests), sum(successful_requests), sum(prompt_tokens), sum(completion_tokens), sum(spend)"

    def summed(table: str) -> list[float]:
        with litellm_database(platform) as connection:
            query = f'SELECT {sums} FROM "{table}" WHERE api_key = %s'
            return [float(value or 0) for value in connection.execute(query, [one.token]).fetchone()]

    def spent(table: str, name: str, value: str) -> float:
        with litellm_database(platform) as connection:
            return connection.execute(f'SELECT spend FROM "{table}" WHERE {name} = %s', [value]).fetchone()[0]

    person = rows(platform, one, '"user"')[0][0]
    for table in ("LiteLLM_DailyUserSpend", "LiteLLM_DailyTeamSpend"):
        wait_until(lambda table=table: summed(table)[0] == answers)
        assert summed(table) == pytest.approx([answers, answers, answers, answers, answers * COST])
    wait_until(lambda: spent("LiteLLM_VerificationToken", "token", one.token) == pytest.approx(answers * COST))
    wait_until(lambda: spent("LiteLLM_UserTable", "user_id", person) == pytest.approx(answers * COST))


def test_requests_per_minute_are_counted_to_the_last(both, traveller):
    traveller().warm()
    one = traveller(rpm_limit=8)

    answers = [one.ask() for _ in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 8 + [429] * 4
    assert any(map(is_express, answers))


def test_tokens_per_minute_are_given_back_when_fewer_were_used(both, traveller):
    traveller().warm()
    one = traveller(tpm_limit=2_000)

    answers = [one.ask(max_tokens=500) for _ in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 12
    assert sum(map(is_express, answers)) >= 9
    assert int(answers[-1].headers["x-ratelimit-user-remaining-tokens"]) > 1_000


def test_streams_at_once_are_limited_until_they_end(both, traveller):
    first, second = both
    one = traveller(max_parallel_requests=2)
    one.warm()
    first.fault = second.fault = "mid-hang"

    with one.stream() as left, one.stream() as right:
        assert is_express(left)
        assert is_express(right)
        assert one.ask().status_code == 429
        left.read()
        right.read()

    # Silent for longer than the endpoint may be.
    assert words(left.text) == "first is broken"
    assert events(left.text)[-1]["error"]["code"] == "408"
    first.fault = second.fault = ""
    assert one.ask().status_code == 200


def test_a_budget_is_not_overdrawn(platform, both, traveller):
    traveller().warm()
    one = traveller(max_budget=0.05)

    answers = []
    while not answers or answers[-1].status_code == 200:
        answers.append(one.ask(max_tokens=1))

    assert "udget" in answers[-1].text
    assert sum(map(is_express, answers)) >= 10
    spent = (len(answers) - 1) * COST
    # LiteLLM, too, lets one pass for which too little is left.
    assert 0.045 < spent < 0.05 + 3 * COST


@pytest.mark.parametrize("fault", ["500", "mid-cut", "role-then-cut", "error-event"])
def test_where_an_endpoint_fails_litellm_asks_the_next(both, on_both, fault):
    first, second = both
    first.fault = fault

    if fault in {"role-then-cut", "error-event"}:
        with on_both.stream() as answer:
            answer.read()
        text = words(answer.text)
    else:
        answer = on_both.ask()
        text = said(answer)

    assert (answer.status_code, text) == (200, "second")
    assert not is_express(answer)
    assert second.asked


def test_a_request_that_litellm_takes_over_counts_once(both, traveller):
    first, _ = both
    traveller().warm()
    one = traveller(rpm_limit=10)
    answers = [one.ask() for _ in range(4)]
    assert is_express(answers[-1])
    first.fault = "500"
    answers += [one.ask() for _ in range(8)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2


def test_a_stream_that_breaks_off_says_so_and_what_was_said_is_paid_for(platform, both, traveller):
    first, _ = both
    one = traveller()
    one.warm()
    first.fault = "mid-cut"

    with one.stream() as answer:
        answer.read()

    assert is_express(answer)
    assert words(answer.text) == "first is broken"
    assert "[DONE]" not in answer.text
    assert events(answer.text)[-1]["error"]["code"] == "500"
    wait_until(lambda: ("failure",) in rows(platform, one, "status"))
    assert next(row[0] for row in rows(platform, one, "completion_tokens, status") if row[1] == "failure") >= 3


def test_a_client_that_leaves_is_missed_by_nobody(platform, both, traveller):
    first, _ = both
    one = traveller(max_parallel_requests=1)
    one.warm()
    first.fault = "hang"
    before = first.asked
    with asking(platform.gateway_url, "v1/chat/completions", one.key, model=MODEL, messages=TALK[1:2]):
        wait_until(lambda: first.asked > before)
    assert first.left.wait(30)
    first.fault = ""
    # LiteLLM gives the place of a request back when it has written it down.
    wait_until(lambda: is_express(one.ask()))

    first.left.clear()
    first.fault = "mid-hang"
    with one.stream(max_tokens=3) as answer:
        assert is_express(answer)
        assert any(b"broken" in part for part in answer.iter_raw())
    one.client.close()
    assert first.left.wait(30)
    # What it was told until then was paid for.
    wait_until(lambda: any(row[0] > 1 for row in rows(platform, one, "completion_tokens")))


def test_a_key_that_is_deleted_ends_at_once(admin, both, traveller):
    one = traveller()
    one.warm()

    admin.post("/key/delete", json={"keys": [one.key]}).raise_for_status()

    assert one.ask().status_code == 401


def test_a_model_that_is_not_allowed_stays_so(admin, both, traveller):
    one = traveller()
    one.warm()

    admin.post("/key/update", json={"key": one.key, "models": ["sample-chat"]}).raise_for_status()

    assert one.ask().status_code in {401, 403}


@pytest.fixture
def stored(platform, both, traveller) -> Traveller:
    """Somebody whose question `TALK` has been answered, and stored, by LiteLLM."""
    one = traveller()
    one.warm()
    wait_until(lambda: one.ask(messages=TALK, **STORE, headers=ORDER).headers["x-cache"] == "hit")
    return one


@pytest.mark.req("G5")
def test_what_litellm_has_stored_is_found_and_costs_nothing(platform, both, stored):
    first, _ = both
    answers, asked = len(rows(platform, stored)), first.asked

    answer = stored.ask(messages=TALK, **STORE)

    assert is_express(answer)
    assert (answer.headers["x-cache"], said(answer), first.asked) == ("hit", "first", asked)
    slow = stored.ask(messages=TALK, **STORE, headers=ORDER)
    assert {**answer.json(), "choices": []} == {**slow.json(), "choices": []}
    assert said(slow) == said(answer)
    found = "cache_hit, spend, prompt_tokens, completion_tokens, status"
    wait_until(lambda: rows(platform, stored, found).count(("True", 0.0, 1, 1, "success")) >= 2)
    assert len(rows(platform, stored)) > answers


@pytest.mark.req("G5")
def test_litellm_finds_what_was_stored_without_it(both, traveller):
    first, _ = both
    one = traveller()
    one.warm()
    question = [{"role": "user", "content": uuid.uuid4().hex}]
    missed = one.ask(messages=question, temperature=0.5, seed=7, **STORE)
    assert (is_express(missed), missed.headers["x-cache"]) == (True, "miss")
    wait_until(lambda: one.ask(messages=question, temperature=0.5, seed=7, **STORE).headers["x-cache"] == "hit")
    asked = first.asked

    answer = one.ask(messages=question, temperature=0.5, seed=7, **STORE, headers=ORDER)

    assert (is_express(answer), answer.headers["x-cache"], said(answer)) == (False, "hit", "first")
    assert first.asked == asked


@pytest.mark.req("G5")
def test_stored_answers_are_for_those_who_ask_for_them_and_for_nobody_else(both, stored, traveller):
    other = traveller()
    other.warm()

    answers = [other.ask(messages=TALK, **STORE), stored.ask(messages=TALK), stored.ask(messages=TALK[:2], **STORE)]

    assert all(map(is_express, answers))
    assert [answer.headers.get("x-cache") for answer in answers] == ["miss", None, "miss"]


@pytest.mark.req("G5")
def test_stored_answers_count_as_requests(both, traveller):
    traveller().warm()
    one = traveller(rpm_limit=10)
    answers = [one.ask(messages=TALK, **STORE) for _ in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert answers[9].headers["x-cache"] == "hit"
    assert is_express(answers[9])


def test_a_place_that_is_free_again_is_free_for_litellm_too(endpoints, traveller):
    (endpoint,) = endpoints("routing-patient", "")
    one = traveller(max_parallel_requests=2)
    one.warm(model="routing-patient")
    endpoint.fault = "mid-hang"

    with one.stream(model="routing-patient") as fast, one.stream(model="routing-patient", n=1) as slow:
        assert (is_express(fast), is_express(slow)) == (True, False)
        endpoint.fault = ""
        assert one.ask(model="routing-patient", n=1).status_code == 429
        fast.close()
        assert endpoint.left.wait(30)
        wait_until(lambda: one.ask(model="routing-patient", n=1).status_code == 200)
        endpoint.left.clear()
    assert endpoint.left.wait(30)
