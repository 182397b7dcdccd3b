"""The catalogue of bad inputs: each gets its documented answer, never a 500, and the ledger stays as it was."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db.transaction import atomic, set_rollback
from django.http import HttpResponseBase
from django.test import Client

from ledger.models import (
    AuditEvent,
    Benefit,
    Contract,
    Entry,
    Invitation,
    Job,
    Lot,
    Membership,
    Order,
    Pool,
    RefundRequest,
    Transaction,
)
from ledger.verification import differences
from tests.doors.asking import names
from tests.doors.bad_inputs import ALL, Bad
from tests.doors.conftest import Site
from tests.doors.headers import missing_headers

Say = Callable[[str], None]
PROBLEM = "application/problem+json"
GROUPS = 4
AT_LEAST = 200


BOOKS = (Transaction, Entry, Lot, Job, Order, RefundRequest, Benefit, Invitation)


def state() -> dict[str, Any]:
    """How many rows the books have, what is in each pool, and who has which role."""
    counts = {model.__name__: model._default_manager.count() for model in BOOKS}
    acts = AuditEvent.objects.exclude(action__startswith="account.sign").count()
    pools = Pool.objects.order_by("id").values_list("id", "available_mt", "held_mt", "used_mt", "expired_mt")
    roles = Membership.objects.order_by("id").values_list("id", "role", "uses_shared")
    options = Contract.objects.order_by("id").values_list(flat=False)
    return {**counts, "acts": acts, "pools": list(pools), "roles": list(roles), "options": list(options)}


def send(site: Site, bad: Bad) -> HttpResponseBase:
    """Send it as the person would, and undo what it did to sessions."""
    given = names(site.world) | {"cursor": site.cursor}
    address, content, headers = bad.address, bad.content, dict(bad.headers)
    for name, value in given.items():
        address = address.replace(f"{{{name}}}", value)
        content = content.replace(f"{{{name}}}", value) if isinstance(content, str) else content
    client = Client(raise_request_exception=False)
    if bad.is_api:
        headers = {"Authorization": f"Bearer {site.by_token[bad.who].token}"} | headers
    elif bad.who != "anonymous":
        client.cookies = site.by_session[bad.who].cookies.copy()
    cache.clear()
    return client.generic(bad.method, address, content, bad.content_type, headers=headers)


def wrong_with(bad: Bad, response: HttpResponseBase) -> Iterator[str]:
    """Say what is not as it should be."""
    text = getattr(response, "content", b"")[:300]
    if response.status_code != bad.status:
        yield f"{response.status_code} instead of {bad.status}: {text!r}"
    if bad.is_api and response.headers.get("Content-Type") != PROBLEM:
        yield f"a {response.headers.get('Content-Type')} from the API"
    if bad.is_api and response.headers.get("Content-Type") == PROBLEM and response.json()["code"] != bad.code:  # type: ignore[attr-defined]
        yield f"{response.json()['code']} instead of {bad.code}"  # type: ignore[attr-defined]
    if b"Traceback" in text or b"Exception" in text:
        yield "a stack trace"
    location = response.headers.get("Location", "/")
    if not location.startswith("/") or location.startswith(("//", "/\\")):
        yield f"the way to {location}"
    yield from missing_headers(response)


@pytest.mark.parametrize("group", range(GROUPS))
def test_each_gets_its_answer_and_changes_nothing(group: int, site: Site, say: Say) -> None:
    mine = ALL[group::GROUPS]
    wrong, statuses = [], Counter[int]()
    for bad in mine:
        with atomic():
            before = state()
            response = send(site, bad)
            statuses[response.status_code] += 1
            wrong += [f"{bad.what}: {fault}" for fault in wrong_with(bad, response)]
            wrong += [f"{bad.what}: {name} changed" for name, value in state().items() if value != before[name]]
            set_rollback(True)
    assert wrong == []
    assert list(differences()) == []
    assert not [status for status in statuses if status >= 500]
    say(f"bad inputs {group + 1}/{GROUPS}: {len(mine)} sent, 0 answered 5xx: {dict(sorted(statuses.items()))}")


def test_there_are_enough_and_each_has_a_name() -> None:
    assert len(ALL) >= AT_LEAST
    doubled = [what for what, times in Counter((bad.what, bad.address) for bad in ALL).items() if times > 1]
    assert doubled == []


def test_a_good_input_among_them_would_fail(site: Site) -> None:
    good = Bad("good", "POST", "/api/v1/quotes", 400, "invalid", '{"service": "analysis"}')
    assert list(wrong_with(good, send(site, good)))
