"""From a request to what should come back: the one table of the model's routes."""

from collections.abc import Callable
from functools import partial

from tests.model import buying, claims, jobs, quotes, reading
from tests.model.asks import Ask, No, Reply
from tests.model.site import Site

Handler = Callable[..., Reply]
BASE = "/api/v1"
COLLECTIONS: dict[tuple[str, str], Handler] = {
    ("POST", "quotes"): quotes.quote,
    ("POST", "jobs"): jobs.start,
    ("GET", "jobs"): reading.all_jobs,
    ("POST", "jobs/batch"): jobs.batch,
    ("POST", "jobs/settle"): jobs.settle,
    ("POST", "orders"): buying.place,
    ("GET", "orders"): reading.orders,
    ("POST", "allocations"): buying.allocate,
    ("GET", "refund-requests"): reading.all_claims,
    ("GET", "pools"): reading.pools,
    ("GET", "usage"): reading.usage,
}
OBJECTS: dict[tuple[str, str, str], Handler] = {
    **{("POST", "jobs", verb): partial(jobs.verdict, verb=verb) for verb in ("results", "complete", "fail", "cancel")},
    ("POST", "jobs", "refund-requests"): claims.ask_for,
    ("GET", "jobs", ""): reading.job,
    ("POST", "refund-requests", "approve"): claims.approve,
    ("POST", "refund-requests", "decline"): claims.decline,
    ("POST", "orders", "approve"): buying.approve,
    ("POST", "orders", "cancel"): buying.cancel,
    ("GET", "orders", ""): reading.order,
    ("GET", "pools", ""): reading.pool,
    ("GET", "pools", "lots"): reading.lots,
    ("GET", "pools", "entries"): reading.entries,
}


def answer(site: Site, ask: Ask) -> Reply:
    """Return what should come back, and change the model as the site should change."""
    try:
        return _route(site, ask)
    except No as refusal:
        return refusal.reply()


def _route(site: Site, ask: Ask) -> Reply:
    path = ask.path.removeprefix(f"{BASE}/")
    if handler := COLLECTIONS.get((ask.method, path)):
        return handler(site, ask)
    kind, thing, *verb = path.split("/")
    return OBJECTS[ask.method, kind, verb[0] if verb else ""](site, ask, thing)
