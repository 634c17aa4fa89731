import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from redis import Redis

sys.path.insert(0, str(Path(__file__).parent))

from gateway_under_test import Gateway, are_gone, until

from litellm_config.publications import INSTANCE_PREFIX, Instance

# The platform's own gateway publishes in the first one.
DATABASE = 7


@pytest.fixture
def redis(platform):
    address = urlsplit(platform.redis_url)
    with Redis.from_url(address._replace(path=f"/{DATABASE}").geturl(), decode_responses=True) as client:
        client.flushdb()
        yield client


@pytest.fixture
def redis_url(redis, platform):
    return urlsplit(platform.redis_url)._replace(path=f"/{DATABASE}").geturl()


@pytest.fixture
def instances(redis):
    """What each gateway says of itself."""

    def read():
        said = [redis.get(key) for key in redis.keys(f"{INSTANCE_PREFIX}*")]
        return [Instance.model_validate_json(one) for one in said if one]

    return read


@pytest.fixture
def make_gateway(tmp_path, redis_url):
    """`make_gateway(name="second", drain_seconds=1)`: one on a free port, not started yet."""
    made = []

    def make(name="first", port=None, url=redis_url, **options):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        if port is None:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                port = listener.getsockname()[1]
        made.append(Gateway(folder, port, url, **options))
        return made[-1]

    yield make
    for one in made:
        if hasattr(one, "process") and one.process.poll() is None:
            everyone = one.everyone()
            one.kill()
            until(lambda everyone=everyone: are_gone(everyone))


@pytest.fixture
def gateway(make_gateway):
    return make_gateway().start().wait_until_ready()
