"""Fills an empty PostgreSQL database with a year of sound books, set-based: 10,000,000 entries in minutes.

For benchmarks and measurements only: it goes past the pipeline, and `verify_ledger` passes afterwards. One contract
has a tenth of all jobs; its shape (200 members, 20 projects) is the same whatever the size, so that what grows is
history alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.transaction import atomic
from psycopg import ClientCursor

from bench import history_sql
from ledger.models import Contract, Entry, Job, Membership, Role
from ledger.rate_card import load_rate_card

ENTRIES_PER_JOB = 4.5
MEMBERS_OF_THE_LARGE_ONE = 200
MEMBERS_OF_OTHERS = 20
DAYS = 365


@dataclass(frozen=True, slots=True)
class History:
    """What was loaded. `large_id` is the contract with a tenth of the jobs."""

    large_id: UUID
    administrator_id: int
    contracts: int
    jobs: int
    entries: int
    until: datetime


def load(
    *, entries: int, until: datetime | None = None, keys: bool = False, progress: Callable[[str], None] = print
) -> History:
    """Load about so many `entries` of a year that ends at `until`, and return what there is now.

    With `keys` each request's idempotency key is stored too, which is half of what a real database weighs.
    """
    assert connection.vendor == "postgresql", "set-based loading is for PostgreSQL"
    load_rate_card()
    jobs = max(round(entries / ENTRIES_PER_JOB), 100)
    end = until or datetime.now(UTC) - timedelta(hours=1)
    sizes = {
        "contracts": min(max(jobs // 250, 2), 1000),
        "large_jobs": jobs // 10,
        "large_members": MEMBERS_OF_THE_LARGE_ONE,
        "members": MEMBERS_OF_OTHERS,
        "start": end - timedelta(days=DAYS),
        "end": end,
        "days": DAYS,
    }
    sizes["jobs"] = (jobs - sizes["large_jobs"]) // (sizes["contracts"] - 1)
    steps = [*history_sql.STEPS, *(history_sql.KEYS if keys else [])]
    with atomic():
        # Values are bound by the client: the server takes none in CREATE TABLE AS, and one statement at a time.
        cursor = ClientCursor(connection.connection)
        for name, sql in steps:
            progress(name)
            cursor.execute(sql, sizes)
    with connection.cursor() as cursor:
        progress("analyse")
        cursor.execute("VACUUM ANALYZE")
    return describe()


def describe() -> History:
    """Return what was loaded before into the database at hand."""
    large = Contract.objects.get(number="BENCH-1")
    last = Entry.objects.filter(contract=large).order_by("-seq").values_list("at", flat=True)[0]
    return History(
        large_id=large.id,
        administrator_id=Membership.objects.get(contract=large, role=Role.ADMINISTRATOR).user_id,
        contracts=Contract.objects.filter(number__startswith="BENCH-").count(),
        jobs=Job.objects.count(),
        entries=Entry.objects.count(),
        until=last,
    )
