"""Limits on how often one caller may ask, and the RateLimit headers that tell them."""

import math
import time
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from portal.api.caller import Caller
from portal.limits import BENEFIT_ATTEMPTS, BENEFIT_WINDOW_S, SharedCounters, benefit_attempt

log = structlog.get_logger(__name__)
WINDOW_S: Final = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What remains to one caller in this window."""

    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """Return the headers of draft-ietf-httpapi-ratelimit-headers."""
        return {
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW_S}',
            "RateLimit": f'"default";r={self.remaining};t={self.reset_s}',
        }


_counters: Final = SharedCounters(window_s=WINDOW_S)


class CallerThrottle(BaseThrottle):
    """Each caller gets settings.API_REQUESTS_PER_MINUTE of all processes of the site together."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request and leave the caller's allowance on it."""
        key = request.auth.key if isinstance(request.auth, Caller) else f"at:{self.get_ident(request)}"
        now = time.time()
        limit: int = settings.API_REQUESTS_PER_MINUTE
        count = _counters.count(key, limit=limit, now=now)
        self.reset_s = max(1, math.ceil(WINDOW_S - now % WINDOW_S))
        view.allowance = Allowance(limit, max(0, limit - count), self.reset_s)
        if count > limit:
            log.warning("limit.exceeded", limit="requests", caller=key)
        return count <= limit

    def wait(self) -> float:
        """Return the seconds until the next window."""
        return self.reset_s


class BenefitThrottle(BaseThrottle):
    """Few attempts at enabling benefits, counted together with those on the site's pages: there is a pair to guess."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count an attempt; reading is free."""
        self.wait_s = None
        if request.method == "POST" and isinstance(request.auth, Caller) and request.auth.user_id:
            self.wait_s = benefit_attempt(request.auth.user_id)
        if self.wait_s is not None:
            view.allowance = Allowance(BENEFIT_ATTEMPTS, 0, min(self.wait_s, BENEFIT_WINDOW_S))
        return self.wait_s is None

    def wait(self) -> float | None:
        """Return the seconds until another attempt."""
        return self.wait_s
