"""Limits that the site's pages and its API share, so that two doors do not mean two allowances.

They count in the database, in one statement each: as many processes as there are keep to one limit.
"""

import math
import threading
import time
from typing import Final

import structlog

from portal.models.counters import count_shared, forget_ended

log = structlog.get_logger(__name__)

BENEFIT_ATTEMPTS: Final = 10
BENEFIT_WINDOW_S: Final = 3600
SHARE: Final = 100
"""A process tells the others after every hundredth of a limit, so together they overshoot by 1 % for each process."""


def benefit_attempt(user_id: int) -> int | None:
    """Count one attempt of a user to enable benefits; return None, or the seconds to wait if there were too many."""
    return _attempt("benefit-attempts", user_id)


def activation_attempt(user_id: int) -> int | None:
    """Count one attempt of a user to redeem an activation code; None, or the seconds to wait."""
    return _attempt("activation-attempts", user_id)


def purchase_request(user_id: int) -> int | None:
    """Count one request of a user to those who buy; None, or the seconds to wait."""
    return _attempt("purchase-requests", user_id)


def _attempt(kind: str, user_id: int) -> int | None:
    now = time.time()
    attempts = count_shared(f"{kind}:{user_id}", window_s=BENEFIT_WINDOW_S, now=now)
    if attempts <= BENEFIT_ATTEMPTS:
        return None
    log.warning("limit.exceeded", limit=kind, caller=f"user:{user_id}")
    return math.ceil(BENEFIT_WINDOW_S - now % BENEFIT_WINDOW_S)


class SharedCounters:
    """Counts much in little time: in this process, and with the others' counts added every now and then."""

    def __init__(self, *, window_s: int) -> None:
        self.window_s = window_s
        self._lock = threading.Lock()
        self._slot = 0
        self._known: dict[str, int] = {}
        self._untold: dict[str, int] = {}

    def count(self, name: str, *, limit: int, now: float) -> int:
        """Count one of `name` and return how many there were, as far as this process knows.

        It tells the others after each hundredth of `limit`; a limit below 200 is exact.
        """
        with self._lock:
            begun = self._turn_to(int(now // self.window_s))
            untold = self._untold.get(name, 0) + 1
            tells = untold >= max(1, limit // SHARE) or name not in self._known
            self._untold[name] = 0 if tells else untold
            known = self._known.setdefault(name, 0)
        if not tells:
            return known + untold
        if begun:
            forget_ended(now=now)
        total = count_shared(name, window_s=self.window_s, now=now, by=untold)
        with self._lock:
            self._known[name] = max(total, self._known.get(name, 0))
            return self._known[name] + self._untold.get(name, 0)

    def _turn_to(self, slot: int) -> bool:
        """Begin a new window; True for who comes first into it. Who is late counts in the new one."""
        if slot in (self._slot, self._slot - 1):
            return False
        self._slot, self._known, self._untold = slot, {}, {}
        return True
