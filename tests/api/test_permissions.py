"""Who may do what: every operation of the API against every role, as one table. Default deny.

A cell is the status; `200/2` a list of two; `200:403` a batch whose item was answered 403. Objects belong to
contract A: Bob's jobs and refund request, Carol's order, the stranger's request to be enabled, the shared pool
(for which Bob is not ticked). `narrow` is the service client with a scope that opens nothing.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern

from ledger.models import Contract, Pool
from portal.api.clients import issue_token
from portal.api.operations import operation_of
from portal.api.urls import urlpatterns
from portal.api.views.base import ApiView
from tests.api.caller import Api, document, ok
from tests.api.test_benefits import NUMBERS, subscription

ROLES = ["anonymous", "stranger", "mallory", "bob", "carol", "alice", "olga", "desktop", "narrow"]
STUDY = {"service": "analysis", "contract": "{contract}", "user": "{user}"}
TABLE = """
GET  /me                                  401  200    200    200    200    200    200    200    200
GET  /contracts                           401  200/0  200/1  200/1  200/1  200/1  200/0  200/1  403
GET  /contracts/{contract_id}             401  404    404    200    200    200    404    200    403
GET  /pools                               401  200/0  200/2  200/1  200/4  200/4  200/0  200/4  403
GET  /pools/{pool_id}                     401  404    404    403    200    200    404    200    403
GET  /pools/{pool_id}/lots                401  404    404    403    200/1  200/1  404    200/1  403
GET  /pools/{pool_id}/entries             401  404    404    403    200/1  200/1  404    200/1  403
POST /allocations                         401  404    404    403    201    201    404    403    403
GET  /services                            401  200/15 200/15 200/15 200/15 200/15 200/15 200/15 403
GET  /rates                               401  200/15 200/15 200/15 200/15 200/15 200/15 200/15 403
GET  /packs                               401  200/4  200/4  200/4  200/4  200/4  200/4  200/4  403
POST /quotes                              401  404    404    201    201    201    404    201    403
GET  /jobs                                401  200/0  200/0  200/3  200/3  200/3  200/0  200/3  403
POST /jobs                                401  404    404    201    201    201    404    201    403
POST /jobs/batch                          401  404    404    201    201    201    404    201    403
POST /jobs/settle                         401  200:404 200:404 200:403 200:403 200:403 200:404 200:200 403
GET  /jobs/{job_id}                       401  404    404    200    200    200    404    200    403
POST /jobs/{job_id}/results               401  404    404    403    403    403    404    200    403
POST /jobs/{job_id}/complete              401  404    404    403    403    403    404    200    403
POST /jobs/{job_id}/fail                  401  404    404    403    403    403    404    200    403
POST /jobs/{job_id}/cancel                401  404    404    200    403    403    404    200    403
POST /jobs/{job_id}/refund-requests       401  404    404    201    403    403    404    403    403
GET  /refund-requests                     401  200/0  200/0  200/1  200/1  200/1  200/0  200/0  403
POST /refund-requests/{request_id}/approve 401 404    404    403    200    200    404    404    403
POST /refund-requests/{request_id}/decline 401 404    404    403    200    200    404    404    403
GET  /orders                              401  200/0  200/0  200/0  200/1  200/1  200/0  200/1  403
POST /orders                              401  404    404    403    201    201    404    201    403
GET  /orders/{order_id}                   401  404    404    404    200    200    404    200    403
POST /orders/{order_id}/approve           401  404    404    404    403    200    404    403    403
POST /orders/{order_id}/cancel            401  404    404    404    200    200    404    403    403
GET  /benefits                            401  200/1  200/0  200/0  200/1  200/1  200/0  200/0  403
POST /benefits                            401  201    201    201    201    201    201    403    403
POST /benefits/{benefit_id}/approve       401  403    404    404    200    200    404    404    403
POST /benefits/{benefit_id}/refuse        401  403    404    404    200    200    404    404    403
GET  /usage                               401  404    404    200    200    200    404    200    403
"""
BODIES: dict[str, Any] = {
    "/allocations": {"contract": "{contract}", "user": "bob@example.com", "amount": "1", "direction": "give"},
    "/quotes": STUDY,
    "/jobs": STUDY,
    "/jobs/batch": {"items": [STUDY], "mode": "all_or_nothing"},
    "/jobs/settle": {"items": [{"job": "{job}", "verb": "complete"}]},
    "/jobs/{job_id}/refund-requests": {"reason": "empty"},
    "/orders": {"contract": "{contract}", "user": "{user}", "pack": "100", "channel": "store"},
    "/benefits": NUMBERS,
}
QUERIES = {"/usage": {"contract": "{contract}"}}
# A service client names the user it acts for; a person is that user.
ACTS_FOR = {"/orders": "carol@example.com"}

__all__ = ["subscription"]


def rows() -> list[tuple[str, str, list[str]]]:
    found = []
    for line in TABLE.strip().splitlines():
        method, path, *cells = line.split()
        found.append((method, path, cells))
    return found


@pytest.fixture
def bobs_jobs(shared_a: Pool, bobs_pool: Pool, fund: Callable[..., None], as_bob: Api, as_desktop: Api) -> list[str]:
    """One that runs, one that was charged, and one that a refund is asked for."""
    fund(shared_a, "1000")
    fund(bobs_pool, "100")
    jobs: list[str] = [ok(as_bob.post("/jobs", {"service": "analysis"}), 201)["id"] for _ in range(3)]
    for charged in jobs[1:]:
        ok(as_desktop.post(f"/jobs/{charged}/complete"))
    return jobs


@pytest.fixture
def waiting_order(contract_a: Contract, as_carol: Api) -> str:
    """Carol's order, which is over the contract's limit."""
    Contract.objects.filter(id=contract_a.id).update(approval_limit_cents=50_000)
    order: str = ok(as_carol.post("/orders", {"pack": "1000", "channel": "store"}), 201)["id"]
    return order


@pytest.fixture
def world(
    contract_a: Contract,
    subscription: Any,
    shared_a: Pool,
    bobs_jobs: list[str],
    waiting_order: str,
    as_bob: Api,
    as_stranger: Api,
) -> dict[str, str]:
    """The objects that the table is about, by the names of its addresses."""
    cache.clear()
    running, charged, claimed = bobs_jobs
    claim = ok(as_bob.post(f"/jobs/{claimed}/refund-requests", {"reason": "empty"}, key=None), 201)
    benefit = ok(as_stranger.post("/benefits", NUMBERS, key=None), 201)["benefits"][0]
    return {
        "contract": str(contract_a.id),
        "contract_id": str(contract_a.id),
        "pool_id": str(shared_a.id),
        "job": running,
        "job_id": running,
        "charged": charged,
        "request_id": claim["id"],
        "order_id": waiting_order,
        "benefit_id": benefit["id"],
    }


@pytest.fixture
def callers(
    as_stranger: Api,
    as_mallory: Api,
    as_bob: Api,
    as_carol: Api,
    as_alice: Api,
    as_user: Callable[..., Api],
    olga: User,
    as_desktop: Api,
    desktop_id: str,
) -> dict[str, Api]:
    narrow = Api(issue_token(client_id=desktop_id, scopes=["usage:write"]))
    people = [Api(), as_stranger, as_mallory, as_bob, as_carol, as_alice, as_user(olga)]
    return dict(zip(ROLES, [*people, as_desktop, narrow], strict=True))


def filled(value: Any, names: dict[str, str]) -> Any:
    """A body or query with its names replaced; people do not name a user."""
    text = json.dumps(value)
    for name, replacement in names.items():
        text = text.replace(f"{{{name}}}", replacement)
    return json.loads(text, object_hook=lambda found: {key: inner for key, inner in found.items() if inner != ""})


def tried(caller: Api, role: str, method: str, path: str, world: dict[str, str]) -> str:
    acts_for = ACTS_FOR.get(path, "bob@example.com") if role in ("desktop", "narrow") else ""
    names = {**world, "user": acts_for}
    if path.endswith("/refund-requests"):
        names["job_id"] = world["charged"]
    with transaction.atomic():
        if method == "GET":
            response = caller.get(path.format(**names), **filled(QUERIES.get(path, {}), names))
        else:
            response = caller.post(path.format(**names), filled(BODIES.get(path, {}), names))
        transaction.set_rollback(True)
    return seen(response)


def seen(response: HttpResponse) -> str:
    """The answer as the table writes it."""
    results = json.loads(response.content).get("results")
    if not isinstance(results, list):
        return str(response.status_code)
    items = [str(result["status"]) for result in results if set(result) <= {"status", "job", "problem"}]
    return f"{response.status_code}:{','.join(items)}" if items else f"{response.status_code}/{len(results)}"


@pytest.mark.parametrize(("method", "path", "cells"), rows(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_role_gets_what_the_table_says(
    world: dict[str, str], callers: dict[str, Api], method: str, path: str, cells: list[str]
) -> None:
    found = [tried(callers[role], role, method, path, world) for role in ROLES]
    assert dict(zip(ROLES, found, strict=True)) == dict(zip(ROLES, cells, strict=True))


def test_the_table_has_every_operation() -> None:
    documented = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in document()["paths"].items()
        for method in methods
    }
    assert {(method, path) for method, path, _ in rows()} == documented


def test_every_method_of_every_address_is_an_operation() -> None:
    """So it is in the document, and the gate knows its scopes."""
    addresses = [pattern for pattern in urlpatterns if str(pattern.pattern).startswith("v1/")]
    assert len({path for _, path, _ in rows()}) == len(addresses)
    for pattern in addresses:
        assert isinstance(pattern, URLPattern)
        view = pattern.callback.cls
        assert issubclass(view, ApiView)
        methods = [name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]
        assert methods
        assert all(operation_of(view, method.upper()) for method in methods)
