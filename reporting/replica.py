"""Lets reports read a streaming replica of the database while it is fresh, and tells how old what they saw is.

Wrapped around reports by `reporting.access` and the API's usage. Everything else, and above all what the ledger
decides, reads the primary: the router sends nothing elsewhere outside `reading`, nor in a database transaction.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, connections
from django.db.models import Model
from django.utils import timezone

from reporting.plans import planned_for_their_values

REPLICA: Final = "replica"
RECHECK_S: Final = 1.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the replica was known to hold: everything committed until `as_of`."""

    as_of: datetime
    behind_s: float


_used: ContextVar[Freshness | None] = ContextVar("the replica that this report reads", default=None)
_known: dict[str, tuple[float, Freshness | None]] = {}


class ReplicaRouter:
    """Sends a report's reads to the replica, and nothing else."""

    def db_for_read(self, _model: type[Model], **_hints: Any) -> str | None:
        return REPLICA if _used.get() and not connection.in_atomic_block else None

    def allow_relation(self, _first: Model, _second: Model, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool | None:
        return False if db == REPLICA else None


@contextmanager
def reading() -> Iterator[Freshness | None]:
    """Read the replica inside, where there is one that is fresh enough; yield how fresh, None for the primary."""
    freshness = fresh_enough() if REPLICA in settings.DATABASES else None
    token = _used.set(freshness)
    try:
        with planned_for_their_values(REPLICA if freshness else DEFAULT_DB_ALIAS):
            yield freshness
    finally:
        _used.reset(token)


def seen_at() -> datetime:
    """Return the instant that what is read now is true of: the present, or what the replica holds."""
    freshness = _used.get()
    return freshness.as_of if freshness else timezone.now()


def fresh_enough() -> Freshness | None:
    """Return how fresh the replica is; None where it is older than REPLICA_MAX_AGE_S, or cannot tell.

    It is asked once a second at most, as what it held a second ago it still holds.
    """
    asked_at, freshness = _known.get(REPLICA, (float("-inf"), None))
    if time.monotonic() - asked_at > RECHECK_S:
        freshness = _ask()
        _known[REPLICA] = (time.monotonic(), freshness)
    if freshness is None or freshness.behind_s > settings.REPLICA_MAX_AGE_S:
        return None
    return freshness


def _ask() -> Freshness | None:
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as primary:
            primary.execute("SELECT pg_current_wal_flush_lsn()::text, clock_timestamp()")
            written, now = primary.fetchone() or ("0/0", timezone.now())
        with connections[REPLICA].cursor() as replica:
            replica.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn, pg_last_xact_replay_timestamp()", [written])
            has_all, replayed_at = replica.fetchone() or (None, None)
    except (DatabaseError, InterfaceError) as error:
        log.warning("replica.unreachable", error=str(error))
        return None
    as_of = now if has_all else replayed_at
    return Freshness(as_of, max((now - as_of).total_seconds(), 0.0)) if as_of else None
