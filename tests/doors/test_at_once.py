"""What is taken away is gone with the very next request: a role, a tick, a place, a token, an account."""

from collections.abc import Callable

from allauth.idp.oidc.models import Token
from django.test import Client

from ledger import members
from ledger.models import Membership, Role
from portal.api_clients import revoke_client
from tests.doors.conftest import Site
from tests.portal.pages import page

Answers = Callable[[], list[int]]


def both(site: Site, role: str, path: str, address: str) -> Answers:
    """What the role gets now: from the API by token and by session, and from the page."""
    return lambda: [
        site.by_token[role].get(path).status_code,
        site.by_session[role].get(f"/api/v1{path}").status_code,
        site.by_session[role].get(address).status_code,
    ]


def test_a_role_that_was_taken_away(site: Site) -> None:
    order = site.world.order.id
    carols = both(site, "carol", f"/orders/{order}", page("order", order_id=order))
    assert carols() == [200, 200, 200]
    alice, carol = (site.world.members[name] for name in ("alice", "carol"))
    members.set_role(membership=alice, target_id=carol.id, role=Role.END_USER)
    assert carols() == [404, 404, 403]
    members.set_role(membership=alice, target_id=carol.id, role=Role.COORDINATOR)
    assert carols() == [200, 200, 200]


def test_a_contract_that_was_handed_over(site: Site) -> None:
    alice, carol = (site.world.members[name] for name in ("alice", "carol"))
    assert [site.by_session[name].get(page("options")).status_code for name in ("alice", "carol")] == [200, 403]
    members.hand_over(membership=alice, target_id=carol.id)
    assert [site.by_session[name].get(page("options")).status_code for name in ("alice", "carol")] == [403, 200]


def test_a_tick_that_was_taken_away(site: Site) -> None:
    tinas = both(site, "tina", f"/pools/{site.shared.id}", "/management/reporting/shared-tokens/")
    assert tinas() == [200, 200, 200]
    tina = Membership.objects.get(user__username="tina")
    members.set_shared_use(membership=site.world.members["carol"], target_id=tina.id, allowed=False)
    assert tinas() == [403, 403, 403]
    order = {"service": "analysis", "pool": str(site.shared.id)}
    assert site.by_token["tina"].post("/jobs", order).status_code == 403


def test_somebody_who_left(site: Site) -> None:
    contract = site.world.contract.id
    tinas = both(site, "tina", f"/contracts/{contract}", page("generate"))
    assert tinas() == [200, 200, 200]
    members.leave(membership=Membership.objects.get(user__username="tina"))
    assert tinas() == [404, 404, 403]


def test_an_account_that_was_closed(site: Site) -> None:
    carols = both(site, "carol", "/me", page("home"))
    assert carols() == [200, 200, 200]
    carol = site.world.members["carol"].user
    carol.is_active = False
    carol.save()
    assert carols() == [401, 401, 302]


def test_a_token_that_was_revoked(site: Site) -> None:
    assert site.by_token["desktop"].get("/jobs").status_code == 200
    Token.objects.filter(client_id=site.desktop_id).delete()
    assert site.by_token["desktop"].get("/jobs").status_code == 401


def test_a_service_client_that_was_revoked(site: Site) -> None:
    assert site.by_token["desktop"].get("/jobs").status_code == 200
    revoke_client(membership=site.world.members["alice"], client_id=site.desktop_id)
    assert site.by_token["desktop"].get("/jobs").status_code == 401


def test_an_operator_who_is_none_any_more(site: Site) -> None:
    browser: Client = site.by_session["olga"]
    assert browser.get("/operator/ledger/pool/").status_code == 200
    olga = site.world.adjustment.requested_by.__class__.objects.get(username="olga")
    olga.groups.clear()
    assert browser.get("/operator/ledger/pool/").status_code == 403
    olga.is_staff = False
    olga.save()
    assert browser.get("/operator/ledger/pool/").status_code == 302


def test_a_password_that_was_changed_ends_the_other_sessions(site: Site) -> None:
    thief = Client()
    thief.force_login(site.world.members["bob"].user)
    assert thief.get(page("home")).status_code == 200
    new = {"oldpassword": "secret-bob", "password1": "a-longer-one-4711", "password2": "a-longer-one-4711"}
    assert site.by_session["bob"].post("/accounts/password/change/", new).status_code == 302
    assert thief.get(page("home")).status_code == 302
    assert site.by_session["bob"].get(page("home")).status_code == 200
