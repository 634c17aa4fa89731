"""What operators see of the gateways."""

from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest
from redis import Redis

from litellm_config.catalogue import Mistake
from litellm_config.publications import INSTANCE_PREFIX, INSTANCES_KEY, Instance

pytestmark = pytest.mark.req("G6")

FILE = "/etc/portal/config.yaml"


@pytest.fixture
def publish(platform):
    """`publish(state="applying")`: as one more gateway does."""
    with Redis.from_url(platform.redis_url) as redis:
        published = []

        def put(**fields):
            now = datetime.now(UTC)
            said = {"state": "ready", "version": "0123456789ab", "applied_at": now - timedelta(hours=1), **fields}
            instance = Instance(id=token_hex(4), seen_at=now, **said)
            redis.set(f"{INSTANCE_PREFIX}{instance.id}", instance.model_dump_json(), ex=60)
            redis.zadd(INSTANCES_KEY, {instance.id: now.timestamp()})
            published.append(instance.id)
            return instance

        yield put
        for one in published:
            redis.delete(f"{INSTANCE_PREFIX}{one}")
            redis.zrem(INSTANCES_KEY, one)


def listed(client):
    return {one["id"]: one for one in client.get("/api/operator/overview").json()["gateways"]}


def test_operator_sees_each_gateway_with_its_catalogue(olga, publish):
    ready, starting = publish(), publish(state="starting", version=None, applied_at=None)

    gateways = listed(olga.client)
    page = olga.client.get("/operator").text

    assert gateways[ready.id]["version"] == "0123456789ab"
    assert gateways[ready.id]["applied_at"] == ready.applied_at.isoformat().replace("+00:00", "Z")
    assert (gateways[starting.id]["state"], gateways[starting.id]["version"]) == ("starting", None)
    assert ready.id in page
    assert "None yet" in page


def test_operator_reads_every_mistake_of_a_refused_file_with_its_place(olga, publish):
    mistakes = (Mistake(FILE, 7, "api_kee: did you mean api_key?"), Mistake(FILE, None, "OTHER_KEY: is not set"))
    publish(mistakes=mistakes)
    one = publish(mistakes=mistakes)

    said = listed(olga.client)[one.id]["mistakes"]
    page = olga.client.get("/operator").text

    assert said[0] == {"file": FILE, "line": 7, "reason": "api_kee: did you mean api_key?"}
    assert said[1]["line"] is None
    # Two gateways that found the same say it once.
    assert page.count("The model catalogue was not applied") == 1
    assert f"{FILE}:7</code> api_kee: did you mean api_key?" in page
    assert f"{FILE}</code> OTHER_KEY: is not set" in page


def test_nobody_else_sees_anything_of_it(visitor, member, publish):
    publish(mistakes=(Mistake(FILE, 7, "api_kee: did you mean api_key?"),))

    for client in (visitor, member().client):
        for path in ("/", "/keys", "/operator", "/api/operator/overview", "/api/status"):
            assert "api_kee" not in client.get(path, follow_redirects=True).text


def test_gateway_that_has_fallen_silent_is_no_longer_listed(olga, publish, platform):
    gone = publish()
    with Redis.from_url(platform.redis_url) as redis:
        redis.delete(f"{INSTANCE_PREFIX}{gone.id}")

    assert gone.id not in listed(olga.client)
