"""Keeps what runs beside the tasks running, each in a thread of its own. For `manage.py worker` only."""

import threading
from collections.abc import Sequence

import structlog
from django.db import connections

from portal.tasks.runs import retry_after
from portal.tasks.task import Companion

log = structlog.get_logger(__name__)


def start(companions: Sequence[Companion], stop: threading.Event) -> list[threading.Thread]:
    """Start them; they end soon after `stop` is set."""
    threads = [threading.Thread(target=_keep, args=(one, stop), name=one.name) for one in companions]
    for thread in threads:
        thread.start()
    return threads


def _keep(companion: Companion, stop: threading.Event) -> None:
    """Run it again whenever it failed, after a while that grows with each failure."""
    failures = 0
    while not stop.is_set():
        try:
            companion.run(stop)
            failures = 0
        except Exception:
            failures += 1
            log.exception("companion.failed", companion=companion.name)
        finally:
            connections.close_all()
        stop.wait(retry_after(failures).total_seconds() if failures else 1)
