"""Runs `portal up` with stand-ins for the parts that are not embedded: data folder, port, then JSON of the rest."""

import json
import os
import sys
from pathlib import Path

from portal.up import Commands, UpOptions, run

STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in.py")))


def main():
    data_dir, port, rest = sys.argv[1:]
    asked = json.loads(rest)
    extra = asked.get("arguments", {})
    commands = Commands(
        portal=(*STAND_IN, "--port-from", "PORTAL_PORT", *extra.get("portal", ())),
        gateway=(*STAND_IN, "--port-from", "PORTAL_GATEWAY_PORT", *extra.get("gateway", ())),
        migrate=(*STAND_IN, "--ends", *extra.get("migrate", ())),
        sample_endpoint=(*STAND_IN, *extra.get("sample-endpoint", ())),
    )
    environment = {**os.environ, **asked.get("environment", {})}
    return run(
        UpOptions(
            Path(data_dir),
            int(port),
            asked.get("demo", True),
            environment,
            commands,
            patience=asked.get("patience", 60),
        )
    )


if __name__ == "__main__":
    sys.exit(main())
