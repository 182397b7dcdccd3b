"""Which pages there are, with somebody who may see each, and what of the example stands in their addresses."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from allauth.idp.oidc.models import Client
from django.apps import apps
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.http import urlencode

from ledger.models import Adjustment, Contract, Job, Membership, Order, Pool, PoolKind, RefundRequest, Transaction
from portal.api.clients import create_desktop_application
from portal.demo.people import CONTRACT_A
from portal.export_files import path_of
from portal.models import Export
from portal.notifications.links import stop_path
from tests.doors.addresses import every_address
from tests.doors.asking import FIXED, QUERIES
from tests.doors.table import Row, rows
from tests.pages.site import person
from tests.portal.conftest import export_of

PARTS: Final = ("pages", "accounts", "operators")
# Whoever sees most comes first.
PREFERRED: Final = ("alice", "carol", "tina", "bob", "olga", "mallory", "stranger", "anonymous")
MAIN: Final = frozenset(
    {
        *("portal:home", "portal:generate", "portal:jobs", "portal:benefits", "portal:buy", "portal:orders"),
        *("portal:members", "portal:exports", "portal:support", "portal:preferences", "account_login", "mfa_index"),
        *("reporting:individual-tokens", "reporting:shared-tokens", "reporting:individual-usage"),
        *("reporting:explain-balance",),
    }
)
CONSENT: Final = "idp:oidc:authorization"
APPLICATION: Final = "Designer"
REDIRECT: Final = "http://127.0.0.1:4711/callback"


@dataclass(frozen=True, slots=True)
class Place:
    """One page: its name in the table, who looks at it, and where it is."""

    name: str
    role: str
    address: str

    @property
    def is_main(self) -> bool:
        return self.name in MAIN


class NoSuchParameter(Exception):
    """An address has a parameter that nothing of the example stands for: add it to NAMED, here."""


def places(only: str = "") -> list[Place]:
    """Return every page that the table gives to anybody, whose name has `only` in it."""
    found = [row for row in rows(*PARTS) if row.method == "GET" and only in row.name]
    return [place for row in found for place in _place(row)]


def _place(row: Row) -> Iterator[Place]:
    preferred = ("anonymous", *PREFERRED) if row.part == "accounts" else PREFERRED
    role = next((role for role in preferred if row.cells[role] == "200"), None)
    if role is not None:
        yield Place(row.name, role, _address(row, person(role)))


def _address(row: Row, user: User | None) -> str:
    parameters = every_address()[row.name]
    given = {name: named(name, row.name, user) for name in parameters}
    query = _consent() if row.name == CONSENT else QUERIES.get(row.label, "").format(**given)
    return (row.name if row.name.startswith("/") else reverse(row.name, kwargs=given)) + query


def _consent() -> str:
    """What a desktop application asks with, so that the page is the question and not an error."""
    known = Client.objects.filter(name=APPLICATION).values_list("id", flat=True).first()
    client_id = known or create_desktop_application(name=APPLICATION, redirect_uris=[REDIRECT])
    asked = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "tokens:read jobs:write",
    }
    proof = {"state": "s", "code_challenge": "c" * 43, "code_challenge_method": "S256"}
    return f"?{urlencode(asked | proof)}"


def named(name: str, page: str, user: User | None) -> str:
    """Return what stands for a parameter of a page that `user` looks at."""
    if name == "object_id":
        return _first_object(page)
    if name in FIXED:
        return FIXED[name]
    if name not in NAMED:
        raise NoSuchParameter(name)
    found = NAMED[name](user, page)
    return str(getattr(found, "pk", found))


def _first_object(page: str) -> str:
    label = page.removeprefix("admin:").rsplit("_", 1)[0]
    kinds = {f"{kind._meta.app_label}_{kind._meta.model_name}": kind for kind in apps.get_models()}
    found = kinds[label]._default_manager.order_by("pk").first() if label in kinds else None
    return str(found.pk) if found else "1"


def _contract() -> Contract:
    return Contract.objects.get(number=CONTRACT_A)


def _job(user: User | None, page: str) -> Job | None:
    """The newest charged job of theirs without a claim; where they have none, of anybody on the contract."""
    claimed = RefundRequest.objects.values("job")
    charged = Job.objects.filter(contract_id=_contract().id, captured_mt__gt=0).exclude(pk__in=claimed)
    newest = charged.order_by("-created_at")
    return newest.filter(user_id=user.pk if user else None, refunded_mt=0).first() or newest.first()


def _hold(user: User | None, page: str) -> Transaction:
    return Transaction.objects.filter(job_id=_job(user, page).pk, kind="hold").latest("first_seq")


def _export(user: User | None) -> Export:
    mine = Membership.objects.get(contract=_contract(), user=user)
    found = Export.objects.filter(contract=_contract(), user=user).first() or export_of(mine)
    path = path_of(found.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("jobs\r\n")
    return found


Named = Callable[[User | None, str], Any]
NAMED: Final[Mapping[str, Named]] = {
    "key": lambda user, page: "no-such-key",
    "contract_id": lambda user, page: _contract(),
    "pool_id": lambda user, page: Pool.objects.get(contract=_contract(), kind=PoolKind.SHARED),
    "job_id": _job,
    "transaction_id": _hold,
    "order_id": lambda user, page: Order.objects.filter(contract=_contract()).latest("created_at"),
    "member_id": lambda user, page: Membership.objects.get(contract=_contract(), user__email__startswith="dave@"),
    "export_id": lambda user, page: _export(user),
    "adjustment_id": lambda user, page: Adjustment.objects.first() or "1",
    "token": lambda user, page: stop_path("expiring", Membership.objects.latest("created_at").user_id).split("/")[-2],
}
