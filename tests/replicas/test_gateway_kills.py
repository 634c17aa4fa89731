"""The whole platform with the real LiteLLM; `litellm_config/running/test_kills.py` has the kinds of faults."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway_kills import gateway_killed, running_load, worker_killed
from platform_run import Platform, running_platform

pytestmark = pytest.mark.req("A3")

WORKERS = 10
# A start of LiteLLM takes a quarter of a minute.
GATEWAYS = 2


@pytest.fixture
def whole(platform: Platform, tmp_path: Path) -> Iterator[Platform]:
    """With a gateway of its own, also where the environment names one for all tests."""
    if "gateway" in platform.pids:
        yield platform
    else:
        with running_platform(tmp_path / "data", LITELLM_API_ENDPOINT="", LITELLM_ADMIN_KEY="") as own:
            yield own


async def test_killed_worker_is_replaced_within_three_seconds_and_a_killed_gateway_comes_back(whole: Platform):
    async with running_load(whole) as load:
        workers = [await worker_killed(whole, load, number) for number in range(WORKERS)]
        gateways = [await gateway_killed(whole, load, number) for number in range(GATEWAYS)]

    # Other tests may need the cores just then.
    assert sorted(workers)[WORKERS // 2] < 3, workers
    assert max(workers) < 10, workers
    assert max(gateways) < 90, gateways
