"""One JSON line per event on standard output; events are named `feature.past_tense` and carry fields."""

import logging
import sys
from pathlib import Path
from typing import Any, TextIO, cast

import structlog
from prometheus_client import Counter

from portal.core.log_files import CopiedOutput

# What is logged is counted too: keys issued and revoked, people registered, everything unavailable.
counted_events = Counter("portal_events", "Events in the log, by name", ["event", "level"], registry=None)


def configure_logs(level: str, file: Path | None = None) -> None:
    """`file` gets the same lines as standard output."""
    output = cast("TextIO", CopiedOutput(sys.stdout, file)) if file else sys.stdout
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, _count, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(output),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(renderer)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # Our own line per request says more, and httpx would log addresses of private services.
    for name in ("uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _count(_: Any, level: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    counted_events.labels(event["event"], level).inc()
    return event


def get_logger() -> Any:
    return structlog.get_logger()
