import asyncio
import uuid
from datetime import timedelta

import pytest
from chat_client import endings, open_chat, text_of
from portal_process import portal_process
from pydantic import SecretStr

from portal.chat.interrupted import Interruptions
from portal.chat.plans import GO_ON
from portal.conversations.turns import TurnRecords
from portal.core import cache
from portal.core.clock import now
from portal.core.database import Database

LONG = "count to 1000"


@pytest.mark.req("C1")
def test_the_answers_of_a_killed_process_are_kept_as_interrupted_once(platform, alice, chat, portal_database):
    parts = {
        "database_url": platform.database_url,
        "redis_url": platform.redis_url,
        "litellm_api_endpoint": platform.gateway_url,
        "litellm_admin_key": platform.admin_key,
    }
    with portal_process(**parts) as (process, url):
        with open_chat(alice, url) as there:
            turn = there.send(LONG, "chat-slow", "chat-echo")
            chat.tell("resume", turn=turn["id"], after=0)
            heard = chat.until_ended()
            # What has not come this far in the last tenth of a second is lost with its process.
            while not text_of(heard):
                heard.append(chat.hear())
            process.kill()
            process.join()
        frames = [*heard, *chat.until_ended()]

    ended = endings(frames)
    assert ended[1]["state"] == "complete"
    assert ended[0]["state"] == "interrupted"
    assert ended[0]["content"].startswith(text_of(heard))
    kept = portal_database.execute(
        "SELECT state, content FROM message WHERE turn_id = %s ORDER BY lane", [turn["id"]]
    ).fetchall()
    assert kept == [("interrupted", ended[0]["content"]), ("complete", LONG)]


@pytest.mark.req("C1", "A3")
def test_who_heard_more_of_a_killed_process_than_redis_hears_of_its_end_all_the_same(platform, alice, chat):
    parts = {
        "database_url": platform.database_url,
        "redis_url": platform.redis_url,
        "litellm_api_endpoint": platform.gateway_url,
        "litellm_admin_key": platform.admin_key,
    }
    with portal_process(**parts) as (process, url), open_chat(alice, url) as there:
        turn = there.send(LONG, "chat-slow")
        last = there.hear_first("delta")["seq"]
        process.kill()
        process.join()
    chat.tell("resume", turn=turn["id"], after=last + 3)
    # The title is told to everybody who comes.
    (end,) = [frame for frame in chat.until_ended() if frame["type"] != "title"]

    assert (end["type"], end["seq"], end["message"]["state"]) == ("done", last + 4, "interrupted")


@pytest.mark.req("C1")
def test_a_portal_that_is_told_to_stop_keeps_what_was_written_and_it_can_go_on(portal_with, opened, chat):
    with portal_with(chat_stop_grace=0) as leaving, opened(leaving.url) as there:
        turn = there.send(LONG, "chat-slow")
        there.hear_first("delta")
    chat.tell("resume", turn=turn["id"], after=0)
    chat.hear()
    interrupted = endings(chat.until_ended())[0]

    assert interrupted["state"] == "interrupted"
    here = {"conversation": turn["conversation"], "continues": interrupted["id"]}
    onward, answers = chat.ask(None, "chat-echo", **here)
    assert onward["lanes"][0]["message"] == interrupted["id"]
    assert onward["question"] == turn["question"]
    assert answers[0]["id"] == interrupted["id"]
    assert answers[0]["content"] == interrupted["content"] + GO_ON
    assert answers[0]["state"] == "complete"


@pytest.mark.req("C1")
def test_running_answers_come_to_their_end_while_a_portal_stops(portal_with, opened, chat):
    with portal_with(chat_stop_grace=60) as leaving, opened(leaving.url) as there:
        turn = there.send("count to 60", "chat-fast")
        there.hear_first("delta")
    chat.tell("resume", turn=turn["id"], after=0)
    chat.hear()

    assert endings(chat.until_ended())[0]["state"] == "complete"


@pytest.mark.req("C1")
def test_answers_that_nobody_asks_for_are_ended_too(platform, chat, portal_database):
    """Their process is gone and so is what Redis knew of it, but for an answer that somebody writes."""
    _, answers = chat.ask("Hello", "chat-echo")
    running = chat.send(LONG, "chat-slow")
    gone = uuid.uuid4()
    portal_database.execute(
        "UPDATE message SET state = 'running', content = 'Hel', turn_id = %s, created_at = now() - interval '1 hour' "
        "WHERE id = %s",
        [gone, answers[0]["id"]],
    )

    async def sweep():
        redis, database = cache.connect(SecretStr(platform.redis_url)), Database(SecretStr(platform.database_url))
        later = Interruptions(redis, TurnRecords(database, now), lambda: now() + timedelta(minutes=1))
        await asyncio.gather(*(later.end_all() for _ in range(3)))
        await redis.aclose()
        await database.close()

    chat.hear_first("delta")
    asyncio.run(sweep())

    found = portal_database.execute("SELECT state, content FROM message WHERE id = %s", [answers[0]["id"]]).fetchone()
    assert found == ("interrupted", "Hel")
    chat.tell("stop", turn=running["id"])
    assert endings(chat.until_ended())[0]["state"] == "stopped"
