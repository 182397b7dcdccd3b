"""Contract A with one of everything, and each role as it comes in: by session, and by token."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from ledger.contracts import add_member
from ledger.models import Contract, Job, Membership, Pool, Service
from portal import export_files
from portal.api.clients import create_service_client, issue_token
from portal.api.scopes import Scope
from tests.api.caller import Api
from tests.cast import make_user
from tests.doors.operators import operator_client
from tests.doors.table import PEOPLE
from tests.portal.conftest import SignIn, World, charge, sign_in, start, subscription, world

__all__ = ["sign_in", "subscription", "world"]
ALL = tuple(Scope.values)


@dataclass(frozen=True, slots=True)
class Site:
    """The objects that addresses are about, and who asks."""

    world: World
    shared: Pool
    spare: Job
    desktop_id: str
    by_session: dict[str, Client]
    by_token: dict[str, Api]
    cursor: str = ""


@pytest.fixture
def tina(contract_a: Contract) -> User:
    """An end user of contract A who is ticked for the shared tokens."""
    tina = make_user("tina")
    add_member(contract=contract_a, user=tina)
    Membership.objects.filter(user=tina).update(uses_shared=True)
    return tina


@pytest.fixture
def desktop_id(contract_a: Contract) -> str:
    """The service client of contract A that runs every service."""
    services = Service.objects.all()
    return create_service_client(name="desktop", contracts=[contract_a], scopes=ALL, services=services)[0]


@pytest.fixture
def site(
    world: World,
    contract_b: Contract,
    shared_a: Pool,
    tina: User,
    desktop_id: str,
    sign_in: SignIn,
    request: pytest.FixtureRequest,
) -> Site:
    users: dict[str, User] = {role: request.getfixturevalue(role) for role in PEOPLE}
    export_files.path_of(world.export.id).write_text("jobs\r\n")
    spare = charge(start(users["bob"], world.contract))
    tokens = {role: issue_token(user=user, scopes=ALL) for role, user in users.items()}
    tokens |= {
        "desktop": issue_token(client_id=desktop_id, scopes=ALL),
        "narrow": issue_token(client_id=desktop_id, scopes=()),
        "expired": issue_token(user=users["alice"], scopes=ALL, lifetime_s=-1),
    }
    by_session = {role: sign_in(user, fresh=True) for role, user in users.items() if role != "olga"}
    by_session["olga"] = operator_client(users["olga"], world.contract)
    by_session["anonymous"] = Client()
    for role in ("desktop", "narrow", "expired"):
        by_session[role] = Client(headers={"Authorization": f"Bearer {tokens[role]}"})
    by_token = {role: Api(token) for role, token in tokens.items()} | {"anonymous": Api()}
    cache.clear()
    following = by_token["bob"].get("/jobs", limit=1).json()["next"]  # type: ignore[attr-defined]
    cursor = following.split("cursor=")[1].split("&")[0]
    return Site(world, shared_a, spare, desktop_id, by_session, by_token, cursor)


@pytest.fixture
def as_role(site: Site) -> Callable[[str], Api]:
    return lambda role: site.by_token[role]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a figure also where everything goes well."""

    def out(figure: str) -> None:
        with capsys.disabled():
            print(f"\n{figure}")  # noqa: T201

    return out
