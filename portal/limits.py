"""Limits that the site's pages and its API share, so that two doors do not mean two allowances."""

import time
from typing import Final

from django.core.cache import cache

BENEFIT_ATTEMPTS: Final = 10
BENEFIT_WINDOW_S: Final = 3600


def benefit_attempt(user_id: int) -> int | None:
    """Count one attempt of a user to enable benefits; return None, or the seconds to wait if there were too many."""
    return _attempt("benefit-attempts", user_id)


def activation_attempt(user_id: int) -> int | None:
    """Count one attempt of a user to redeem an activation code; None, or the seconds to wait."""
    return _attempt("activation-attempts", user_id)


def _attempt(kind: str, user_id: int) -> int | None:
    now = int(time.time())
    window, since_s = divmod(now, BENEFIT_WINDOW_S)
    key = f"{kind}:{user_id}:{window}"
    cache.add(key, 0, timeout=BENEFIT_WINDOW_S)
    try:
        attempts = cache.incr(key)
    except ValueError:  # it lapsed in between
        attempts = 1
    return BENEFIT_WINDOW_S - since_s if attempts > BENEFIT_ATTEMPTS else None
