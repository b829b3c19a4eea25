"""Structured logs: one line an event, JSON where nobody watches a terminal."""

import logging
from typing import Any

import structlog


class Discreet(logging.Filter):
    """Takes the keys out of the addresses that Django writes into its own lines about a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True: the line is kept, with the address as base.paths lets it be written."""
        request: Any = getattr(record, "request", None)
        if isinstance(record.args, tuple) and hasattr(request, "path_info"):
            # Not before: it needs the settings, which are read while the logs are set up.
            from kangwei.base.paths import discreet_path  # noqa: PLC0415

            shown = discreet_path(request)
            record.args = tuple(shown if part == request.path else part for part in record.args)
        return True


def configure(*, level: str, human: bool) -> None:
    """Send structlog and the standard library's loggers through one chain to standard error."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if human else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler()
    handler.addFilter(Discreet())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for quiet in ("axes", "httpx", "httpcore", "huey"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
