"""`python -m portal.bench.load`: reads jobs, a JSON object per line, and answers each with lines of its own.

`{"now": "measuring"}` when what is measured begins, then `{"result": {...}}` or `{"failed": "why"}`. Ends with its
standard input.
"""

import gc
import sys
from collections.abc import Mapping
from typing import Any

import orjson
import uvloop

from portal.bench.load import repeated, streams
from portal.bench.load.job import JOB, Answers, JobFailed, Requests, Streams, Turns


async def _run(line: str) -> Mapping[str, Any]:
    job = JOB.validate_json(line)
    try:
        match job:
            case Requests():
                return {"result": await repeated.run(job, _tell)}
            case Streams():
                return {"result": await streams.run(job, _tell)}
            case Turns() | Answers():
                from portal.bench.load import chat  # noqa: PLC0415 - its library is of no use to the others

                run = chat.turns(job, _tell) if isinstance(job, Turns) else chat.answers(job, _tell)
                return {"result": await run}
    except (JobFailed, OSError) as error:
        return {"failed": str(error) or type(error).__name__}


def _tell(said: Mapping[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(said) + b"\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # A collection of garbage would be felt as a pause of the gateway.
    gc.freeze()
    for job_line in sys.stdin:
        gc.collect()
        gc.disable()
        _tell(uvloop.run(_run(job_line)))
        gc.enable()
