"""What kills of a gateway's worker, and of a gateway, cost with the real LiteLLM: prints a row for each.

    PYTHONPATH=.:tests python tests/replicas/measure_worker_kills.py 10 10 | grep '^|'

The numbers are how many workers and how many gateways are killed, one after the other.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from gateway_kills import gateway_killed, running_load, worker_killed
from platform_run import Platform, running_platform


async def main(platform: Platform, workers: int, gateways: int) -> None:
    async with running_load(platform) as load:
        for number in range(1, workers + 1):
            await worker_killed(platform, load, number)
        for number in range(1, gateways + 1):
            await gateway_killed(platform, load, number)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, running_platform(Path(folder) / "data") as started:
        asyncio.run(main(started, *map(int, sys.argv[1:])))
