"""Figures for Prometheus: requests as this process saw them, and the ledger's state as the database has it."""

import time
from collections.abc import Callable, Iterator
from hmac import compare_digest
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.values import MultiProcessValue, ValueClass

from portal.gauges import GaugeLine, gauges

PROCESS: Final = CollectorRegistry()
REQUESTS: Final = Counter(
    "site_requests",
    "Answers, by the address's pattern and the status.",
    ["route", "method", "status"],
    registry=PROCESS,
)
LATENCY: Final = Histogram(
    "site_request_seconds",
    "Time to answer, by the address's pattern.",
    ["route"],
    registry=PROCESS,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
REFUSALS: Final = Counter("site_refusals", "Refusals of the API, by code.", ["code"], registry=PROCESS)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SHARED: Final = ValueClass.__qualname__.startswith(MultiProcessValue.__qualname__)


class MetricsMiddleware:
    """Counts every answer by the pattern of its address, never by what stands in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(route, method, response.status_code).inc()
        LATENCY.labels(route).observe(time.perf_counter() - began)
        if response.status_code >= 400 and (code := _code(response)):
            REFUSALS.labels(code).inc()
        return response


def _code(response: HttpResponseBase) -> str | None:
    data: Any = getattr(response, "data", None)
    return data.get("code") if isinstance(data, dict) else None


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Show the figures to whoever has the token or calls from an allowed address; to others there is nothing here."""
    if not _may_read(request):
        return HttpResponseNotFound("", content_type="text/plain")
    text = generate_latest(_requests()).decode() + "".join(_ledger())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _may_read(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and compare_digest(given.encode(), token.encode()):
        return True
    # Behind a proxy every request comes from the proxy, so an address says nothing.
    return not settings.TRUSTED_PROXIES and request.META.get("REMOTE_ADDR") in settings.METRICS_ALLOWED_ADDRESSES


def _requests() -> CollectorRegistry:
    """Return what this process counted; with PROMETHEUS_MULTIPROC_DIR, what all processes did."""
    if not SHARED:
        return PROCESS
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def _ledger() -> Iterator[str]:
    """Yield the gauges; when the database is away, that alone."""
    try:
        lines = list(gauges(timezone.now()))
    except (DatabaseError, InterfaceError):
        lines = [GaugeLine("database_up", "Whether the database answered.", 0)]
    seen: set[str] = set()
    for line in lines:
        if line.name not in seen:
            seen.add(line.name)
            yield f"# HELP {line.name} {line.help}\n# TYPE {line.name} gauge\n"
        yield f"{line.name}{line.labels} {line.value}\n"
