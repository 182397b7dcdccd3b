"""Every page against every role, as one table. A page that is missing from it fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.transaction import atomic, set_rollback
from django.test import Client
from django.urls import reverse

from ledger.models import Contract
from portal import export_files
from portal.notifications.links import stop_path
from portal.pages import urlpatterns
from tests.cast import fresh_key
from tests.portal.conftest import SignIn, World

ROLES = ("anonymous", "stranger", "bob", "carol", "alice", "mallory", "olga")


@dataclass(frozen=True, slots=True)
class Row:
    """One page: how it is asked for, and the status for each of ROLES. 302 for `anonymous` is the sign-in page."""

    page: str
    method: str
    statuses: tuple[int, ...]
    args: Callable[[World], dict[str, Any]] = lambda world: {}
    data: Callable[[World], dict[str, Any]] = lambda world: {}
    query: str = ""


def once(world: World) -> dict[str, Any]:
    """The hidden fields of a form that takes effect once."""
    number = int(fresh_key().key.removeprefix("key-"))
    return {"key": f"00000000-0000-7000-8000-{number:012d}", "contract": str(world.contract.id)}


def job(world: World) -> dict[str, Any]:
    return {"job_id": world.running.id}


def asked(world: World) -> dict[str, Any]:
    return {"request_id": world.asked.id}


def order(world: World) -> dict[str, Any]:
    return {"order_id": world.order.id}


def benefit(world: World) -> dict[str, Any]:
    return {"benefit_id": world.benefit.id}


def client(world: World) -> dict[str, Any]:
    return {"client_id": world.client_id}


def bob(world: World) -> dict[str, Any]:
    return {"member_id": world.members["bob"].id}


def reason(world: World) -> dict[str, Any]:
    return {"reason": "Because."}


def amount(world: World) -> dict[str, Any]:
    return {**once(world), "amount": "5"}


def export(world: World) -> dict[str, Any]:
    """Alice's export, with its file."""
    export_files.path_of(world.export.id).write_text("jobs\r\n")
    return {"export_id": world.export.id}


def schedule(world: World) -> dict[str, Any]:
    return {"schedule_id": world.schedule.id}


def stop(world: World) -> dict[str, Any]:
    return {"token": stop_path("expiring", world.members["bob"].user_id).split("/")[-2]}


EVERYBODY = (302, 200, 200, 200, 200, 200, 200)
MEMBERS = (302, 403, 200, 200, 200, 200, 403)
BUYERS = (302, 403, 403, 200, 200, 200, 403)
ADMINISTRATORS = (302, 403, 403, 403, 200, 200, 403)
# The pages about an object of contract A: Mallory has the role, on another contract.
BUYERS_OF_A = (302, 403, 403, 200, 200, 404, 403)
# Bob must not learn that the others have such an object.
BUYERS_OF_A_SEE = (302, 403, 404, 200, 200, 404, 403)
BUYERS_OF_A_DO = (302, 403, 403, 302, 302, 404, 403)

TABLE = (
    Row("home", "get", EVERYBODY),
    Row("choose-contract", "post", (302, 404, 302, 302, 302, 404, 404), data=once),
    Row("benefits", "get", EVERYBODY),
    Row("enable-benefits", "post", (302, 302, 302, 302, 302, 302, 302)),
    Row("request-enabling", "post", EVERYBODY),
    Row("generate", "get", MEMBERS),
    Row("generate", "post", MEMBERS, data=once),
    Row("generate-cost", "post", MEMBERS, data=once),
    Row("jobs", "get", MEMBERS),
    Row("job", "get", (302, 403, 200, 200, 200, 404, 403), args=job),
    Row("cancel-job", "post", (302, 403, 302, 404, 404, 404, 403), args=job),
    Row("request-refund", "get", (302, 403, 200, 404, 404, 404, 403), args=job),
    Row("request-refund", "post", (302, 403, 302, 404, 404, 404, 403), args=job, data=reason),
    Row("refund-requests", "get", BUYERS),
    Row("approve-refund", "post", BUYERS_OF_A_DO, args=asked),
    Row("decline-refund", "post", BUYERS_OF_A_DO, args=asked, data=reason),
    Row("buy", "get", BUYERS),
    Row("confirm-order", "get", BUYERS, query="?pack=100&quantity=1&channel=store"),
    Row("confirm-order", "post", BUYERS, query="?pack=100&quantity=1&channel=store"),
    Row("redeem-code", "get", BUYERS),
    Row("redeem-code", "post", BUYERS),
    Row("orders", "get", BUYERS),
    Row("order", "get", BUYERS_OF_A, args=order),
    Row("approve-order", "post", (302, 403, 403, 403, 302, 404, 403), args=order),
    Row("cancel-order", "post", BUYERS_OF_A_DO, args=order),
    Row("enablings", "get", BUYERS),
    Row("approve-enabling", "post", BUYERS_OF_A_DO, args=benefit),
    Row("refuse-enabling", "post", BUYERS_OF_A_DO, args=benefit, data=reason),
    Row("members", "get", MEMBERS),
    Row("hand-over", "get", ADMINISTRATORS),
    Row("hand-over", "post", ADMINISTRATORS),
    Row("leave", "post", (302, 403, 302, 302, 302, 302, 403)),
    Row("invite", "post", (302, 403, 403, 302, 302, 302, 403)),
    Row("resend-invitation", "post", BUYERS_OF_A_DO, args=lambda world: {"invitation_id": world.invitation.id}),
    Row("member", "get", BUYERS_OF_A, args=bob),
    Row("set-role", "post", (302, 403, 403, 403, 302, 404, 403), args=bob, data=lambda world: {"role": "coordinator"}),
    Row("set-shared-use", "post", BUYERS_OF_A_DO, args=bob, data=lambda world: {"allowed": "yes"}),
    Row("allocate", "post", BUYERS_OF_A_DO, args=bob, data=amount),
    Row("take-back", "post", (302, 403, 403, 200, 200, 404, 403), args=bob, data=amount),
    Row("options", "get", ADMINISTRATORS),
    Row("options", "post", ADMINISTRATORS),
    Row("api-clients", "get", ADMINISTRATORS),
    Row("api-clients", "post", ADMINISTRATORS),
    Row("revoke-api-client", "post", (302, 403, 403, 403, 302, 404, 403), args=client),
    Row("audit-log", "get", BUYERS),
    Row("support", "get", EVERYBODY),
    Row("support-sent", "get", EVERYBODY),
    Row("support-request", "get", EVERYBODY, args=lambda world: {"topic": "software"}),
    Row("support-request", "post", EVERYBODY, args=lambda world: {"topic": "software"}),
    Row("preferences", "get", EVERYBODY),
    Row("preferences", "post", EVERYBODY),
    Row("mail-preferences", "get", EVERYBODY),
    Row("mail-preferences", "post", (302, 302, 302, 302, 302, 302, 302)),
    Row("stop-mails", "get", (200, 200, 200, 200, 200, 200, 200), args=stop),
    Row("stop-mails", "post", (200, 200, 200, 200, 200, 200, 200), args=stop),
    Row("exports", "get", MEMBERS),
    Row("ask-export", "post", MEMBERS, data=lambda world: {"dataset": "jobs", "format": "csv", "query": ""}),
    Row("export", "get", BUYERS_OF_A_SEE, args=export),
    Row("export-file", "get", BUYERS_OF_A_SEE, args=export),
    Row("cancel-export", "post", (302, 403, 404, 404, 302, 404, 403), args=export),
    Row("stop-schedule", "post", (302, 403, 404, 404, 302, 404, 403), args=schedule),
)


@pytest.fixture
def people(world: World, contract_b: Contract, sign_in: SignIn, request: pytest.FixtureRequest) -> dict[str, Client]:
    users: Iterator[User] = (request.getfixturevalue(name) for name in ROLES[1:])
    return {"anonymous": Client()} | {user.username: sign_in(user, fresh=True) for user in users}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.page}-{row.method}")
def test_each_role_gets_just_what_the_table_says(row: Row, world: World, people: dict[str, Client]) -> None:
    address = reverse(f"portal:{row.page}", kwargs=row.args(world)) + row.query
    found = {}
    for role in ROLES:
        with atomic():
            response = getattr(people[role], row.method)(address, row.data(world))
            found[role] = response.status_code
            if role == "anonymous" and row.statuses[0] == 302:
                assert response.url.startswith("/accounts/login/")
            set_rollback(True)
    assert found == dict(zip(ROLES, row.statuses, strict=True))


def test_every_page_stands_in_the_table() -> None:
    assert {row.page for row in TABLE} == {pattern.name for pattern in urlpatterns}


def test_every_view_says_who_may_open_it() -> None:
    undecided = [pattern.name for pattern in urlpatterns if not hasattr(pattern.callback, "access")]
    assert undecided == []


def test_a_table_of_other_statuses_would_fail() -> None:
    assert len({row.statuses for row in TABLE}) > 5
    assert all(len(row.statuses) == len(ROLES) for row in TABLE)
