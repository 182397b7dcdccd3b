"""How the site logs: one structured line an event, secrets left out. For portal/settings.py only."""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SECRET_NAMES = re.compile(
    r"authorization|cookie|csrf|password|secret|token$|access_token|refresh_token|api_key|otp", re.IGNORECASE
)
HIDDEN = "[hidden]"


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace every value whose name says that it is a secret, at any depth."""
    return {name: _hidden(name, value) for name, value in event.items()}


def _hidden(name: str, value: Any) -> Any:
    if SECRET_NAMES.search(name):
        return HIDDEN
    if isinstance(value, dict):
        return {str(inner): _hidden(str(inner), content) for inner, content in value.items()}
    return value


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    hide_secrets,
]


def logging_config(*, as_json: bool, level: str) -> dict[str, Any]:
    """Configure structlog, and return the LOGGING that sends Django's own records the same way.

    JSON lines for machines in production, coloured lines for people in development.
    """
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    ending: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer()]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Django adds a console handler of its own to this logger, and would then say everything twice.
        "loggers": {"django": {"handlers": [], "level": level, "propagate": True}},
    }
