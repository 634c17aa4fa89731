"""Runs the gateway's supervisor with the stand-in: its options as JSON."""

import json
import os
import sys
from pathlib import Path

from litellm_config.catalogue import CatalogueInvalid
from litellm_config.running.errors import GatewayFailed
from litellm_config.running.gateway import run_gateway
from litellm_config.running.options import GatewayOptions

STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in.py")))


def main():
    asked = json.loads(sys.argv[1])
    asked["catalogue_file"] = Path(asked["catalogue_file"])
    if copy := asked.pop("copy_to", None):
        asked["copy_output"] = Path(copy).open("a", buffering=1).write  # noqa: SIM115 - for as long as it runs
    # Read, decided and done a little faster than for people.
    times = {"look_seconds": 0.1, "start_seconds": 30, "drain_seconds": 20, "stop_seconds": 5}
    options = GatewayOptions(host="127.0.0.1", environment=os.environ, program=STAND_IN, **{**times, **asked})
    try:
        run_gateway(options)
    except (CatalogueInvalid, GatewayFailed) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
