"""Liveness and readiness, for the machines that watch the site. Plain answers, no sign-in, outside the API."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypedDict

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ledger.verification import soundness
from portal.models.heartbeat import WORKER, is_alive
from portal.tasks import NEVER_RAN, task_states

STALE_VERIFICATION: Final = timedelta(hours=26)


class Books(TypedDict):
    """What readiness says of the books."""

    sound: bool
    fresh: bool
    checked_at: datetime
    mode: str


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether the site can do its work: 200, or 503 with what is missing."""
    checks = {name: _passes(check) for name, check in CHECKS.items()}
    ready = all(checks.values())
    books, tasks = _verification(), _tasks_at_fault()
    return JsonResponse(
        {"status": _status(ready, books, tasks), "checks": checks, "verification": books, "tasks": tasks},
        status=200 if ready else 503,
        headers={"Cache-Control": "no-store"} | ({} if ready else {"Retry-After": "5"}),
    )


def _status(ready: bool, books: Books | None, tasks: dict[str, str]) -> str:
    if not ready:
        return "not ready"
    return "degraded" if tasks or (books and not (books["sound"] and books["fresh"])) else "ok"


def _tasks_at_fault() -> dict[str, str]:
    """Return what is wrong with each task of the worker that is late or failing. The site can do without for a while.

    One that never ran is one of a worker that has not come round to it; without a worker the site is not ready.
    """
    try:
        states = task_states()
    except (DatabaseError, InterfaceError):
        return {}
    return {state.name: state.reason for state in states if not state.is_healthy and state.reason != NEVER_RAN}


def _verification() -> Books | None:
    """Return what the newest verifications of the books say; None before the first one, or without a database.

    Books that do not add up are no reason to answer nobody: a person must look at them, and every answer given
    meanwhile is computed from the same entries. So the site stays ready, and says that it is degraded.
    """
    try:
        known = soundness()
    except (DatabaseError, InterfaceError):
        return None
    if known.last is None or known.checked_at is None:
        return None
    fresh = timezone.now() - known.checked_at <= STALE_VERIFICATION
    return {"sound": known.is_sound, "fresh": fresh, "checked_at": known.checked_at, "mode": known.last.mode}


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, InterfaceError):
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        row: tuple[int, ...] | None = cursor.fetchone()
    return row == (1,)


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _worker() -> bool:
    return is_alive(WORKER)


CHECKS: Final[dict[str, Callable[[], bool]]] = {
    "database": _database,
    "migrations": _migrations,
    "worker": _worker,
}
