"""`manage.py worker`: one process that does what falls due: holds, expiry, gifts, the sums of usage."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from ledger.expiry import expire_lots, sweep_holds
from ledger.gifts import issue_due_gifts
from portal.models.heartbeat import WORKER, record_beat
from reporting.rollups import fold

ROUND_S: Final = 60
DUTIES: Final[tuple[tuple[str, Callable[[], int]], ...]] = (
    ("sweep_holds", sweep_holds),
    ("expire_lots", expire_lots),
    ("issue_due_gifts", issue_due_gifts),
    ("fold_usage", fold),
)

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Do what falls due every minute: release holds, expire lots, issue gifts, fold usage. Safe to run twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *_args: Any, once: bool, **_options: Any) -> None:
        # Every duty is made of whole database transactions, so SIGTERM may stop it anywhere, as Ctrl-C does.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            do_round()
            while not once:
                time.sleep(ROUND_S)
                close_old_connections()
                do_round()


def do_round() -> None:
    """Do every duty once, however the others went, and note that the worker is alive."""
    for name, duty in DUTIES:
        _do(name, duty)
    _do("heartbeat", lambda: record_beat(WORKER))


def _do(name: str, duty: Callable[[], int | None]) -> None:
    try:
        count = duty()
    except Exception:
        log.exception("duty.failed", duty=name)
    else:
        if count:
            log.info("duty.done", duty=name, count=count)
