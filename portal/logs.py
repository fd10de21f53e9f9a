"""Log lines by structlog: for people on a terminal, as JSON elsewhere. Personal values never go into one."""

import logging

import structlog
from structlog.typing import Processor


def configure(form: str, level: str) -> None:
    """Set how this process logs; called once, at start-up."""
    least = logging.getLevelNamesMapping()[level.upper()]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        cache_logger_on_first_use=True,
    )
    # Libraries stay at WARNING: their INFO lines print addresses, and an address may hold a subject.
    logging.basicConfig(level=max(least, logging.WARNING), format="%(levelname)s %(name)s %(message)s")
