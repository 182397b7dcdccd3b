"""Who did what is written down: each administrative verb with its event, and nothing secret in any of them."""

import ast
from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.models import User
from django.db.transaction import atomic, set_rollback
from django.test import Client

from ledger import adjustments, allocations, benefits, invitations, members, options, order_payments, orders, refunds
from ledger.ids import new_id
from ledger.invitations import Invitee
from ledger.models import AuditEvent, Membership, Order, Pack
from portal.api_clients import open_client, open_desktop_application, revoke_client
from tests.cast import fresh_key
from tests.doors.conftest import Site
from tests.house.sources import ROOT

Verb = Callable[[Site], object]


def as_it_is(site: Site, name: str) -> Membership:
    """The membership as the database has it: what the verb before did was undone there only."""
    return Membership.objects.select_related("contract", "user").get(id=site.world.members[name].id)


def alice(site: Site) -> Membership:
    return as_it_is(site, "alice")


def carol(site: Site) -> Membership:
    return as_it_is(site, "carol")


def olga() -> User:
    return User.objects.get(username="olga")


def move(verb: Callable[..., object]) -> Verb:
    def moved(site: Site) -> object:
        bob = site.world.members["bob"]
        given = {"contract_id": bob.contract_id, "user_id": bob.user_id, "actor": alice(site).user}
        allocations.allocate(idempotency=fresh_key(), amount_mt=2_000, **{**given, "actor": None})
        return verb(idempotency=fresh_key(), amount_mt=1_000, **given)

    return moved


def ask(site: Site, limit_mt: int) -> object:
    return adjustments.ask(
        adjustment_id=new_id(), operator=olga(), pool_id=site.shared.id, amount_mt=1, reason="Why.", limit_mt=limit_mt
    )


def bought(site: Site) -> Order:
    pack = Pack.objects.get(code="100")
    return orders.place(idempotency=fresh_key(), membership=carol(site), pack=pack).order


def paid_too_late(site: Site) -> Order:
    pack = Pack.objects.get(code="100")
    order = orders.place(idempotency=fresh_key(), membership=carol(site), pack=pack, provider="stripe").order
    orders.cancel(membership=carol(site), order_id=order.id)
    told = {"provider": "stripe", "reference": "pi_1", "amount_cents": order.total_cents, "currency": "USD"}
    return order_payments.receive(order_payments.Payment(order_id=order.id, **told))


def set_options(site: Site) -> object:
    return options.set_options(
        membership=alice(site), allow_split=True, project_required=True, approval_limit_cents=None
    )


# Each verb of the ledger and the portal that a person does, how the test does it, and what is written.
VERBS: dict[str, tuple[Verb, str, str]] = {
    "members.set_role": (
        lambda site: members.set_role(
            membership=alice(site), target_id=site.world.members["bob"].id, role="coordinator"
        ),
        "member.role_changed",
        "alice",
    ),
    "members.hand_over": (
        lambda site: members.hand_over(membership=alice(site), target_id=carol(site).id),
        "contract.handed_over",
        "alice",
    ),
    "members.set_shared_use": (
        lambda site: members.set_shared_use(
            membership=carol(site), target_id=site.world.members["bob"].id, allowed=True
        ),
        "member.shared_use_allowed",
        "carol",
    ),
    "members.set_shared_use_of_many": (
        lambda site: members.set_shared_use_of_many(
            membership=carol(site), target_ids=[site.world.members["bob"].id], allowed=True
        ),
        "member.shared_use_allowed",
        "carol",
    ),
    "members.remove": (
        lambda site: members.remove(membership=carol(site), target_id=site.world.members["bob"].id),
        "member.removed",
        "carol",
    ),
    "members.leave": (lambda site: members.leave(membership=carol(site)), "member.left", "carol"),
    "invitations.invite": (
        lambda site: invitations.invite(membership=alice(site), email="frank@example.com"),
        "member.invited",
        "alice",
    ),
    "invitations.resend": (
        lambda site: invitations.resend(membership=alice(site), invitation_id=site.world.invitation.id),
        "member.invited_again",
        "alice",
    ),
    "invitations.invite_many": (
        lambda site: invitations.invite_many(membership=carol(site), invitees=[Invitee("frank@example.com")]),
        "member.invited",
        "carol",
    ),
    "invitations.withdraw": (
        lambda site: invitations.withdraw(membership=carol(site), invitation_id=site.world.invitation.id),
        "member.invitation_withdrawn",
        "carol",
    ),
    "benefits.approve": (
        lambda site: benefits.approve(membership=alice(site), benefit_id=site.world.benefit.id),
        "benefit.enabled",
        "alice",
    ),
    "benefits.refuse": (
        lambda site: benefits.refuse(membership=alice(site), benefit_id=site.world.benefit.id, reason="No."),
        "benefit.refused",
        "alice",
    ),
    "options.set_options": (set_options, "contract.options_changed", "alice"),
    "orders.place": (
        lambda site: orders.place(
            idempotency=fresh_key(), membership=alice(site), pack=Pack.objects.get(code="100"), quantity=1
        ),
        "order.placed",
        "alice",
    ),
    "orders.approve": (
        lambda site: orders.approve(idempotency=fresh_key(), membership=alice(site), order_id=site.world.order.id),
        "order.approved",
        "alice",
    ),
    "orders.save_draft": (
        lambda site: orders.save_draft(
            membership=carol(site), draft_id=new_id(), pack=Pack.objects.get(code="100"), quantity=1, channel="store"
        ),
        "order.drafted",
        "carol",
    ),
    "order_payments.record_payment": (
        lambda site: order_payments.record_payment(operator=olga(), order_id=bought(site).id, reference="bank"),
        "order.paid",
        "olga",
    ),
    "order_payments.deliver": (
        lambda site: order_payments.deliver(operator=olga(), order_id=paid_too_late(site).id),
        "order.delivered",
        "olga",
    ),
    "orders.cancel": (
        lambda site: orders.cancel(membership=carol(site), order_id=site.world.order.id),
        "order.cancelled",
        "carol",
    ),
    "refunds.approve": (
        lambda site: refunds.approve(idempotency=fresh_key(), membership=alice(site), request_id=site.world.asked.id),
        "refund.approved",
        "alice",
    ),
    "refunds.decline": (
        lambda site: refunds.decline(membership=alice(site), request_id=site.world.asked.id, reason="No."),
        "refund.declined",
        "alice",
    ),
    "allocations.allocate": (move(allocations.allocate), "tokens.allocated", "alice"),
    "allocations.take_back": (move(allocations.take_back), "tokens.taken_back", "alice"),
    "grants.adjust": (lambda site: ask(site, 1_000), "pool.adjusted", "olga"),
    "adjustments.ask": (lambda site: ask(site, 0), "pool.adjustment_asked", "olga"),
    "adjustments.approve": (
        lambda site: adjustments.approve(adjustment_id=site.world.adjustment.id, operator=olga()),
        "pool.adjusted",
        "olga",
    ),
    "adjustments.decline": (
        lambda site: adjustments.decline(adjustment_id=site.world.adjustment.id, operator=olga()),
        "pool.adjustment_declined",
        "olga",
    ),
    "api_clients.open_client": (
        lambda site: open_client(membership=alice(site), name="mill", scopes=["tokens:read"]),
        "api_client.created",
        "alice",
    ),
    "api_clients.open_desktop_application": (
        lambda site: open_desktop_application(
            membership=alice(site), name="mill", redirect_uris=[], scopes=["tokens:read"]
        ),
        "api_client.registered",
        "alice",
    ),
    "api_clients.revoke_client": (
        lambda site: revoke_client(membership=alice(site), client_id=site.world.client_id),
        "api_client.revoked",
        "alice",
    ),
}
# They look at a member and change nothing, or write the log itself.
NO_ACTS = {
    "generating.read_choice",
    "rights.rights_of",
    "order_terms.new_order",
    "orders.to_approve",
    "orders.to_pay",
    "rights.require",
    "pools.pool_lines",
    "needs.needs_of",
    "audit.record",
    "audit.record_many",
    "invitations.refusals_of",
}
ACTING = {"membership", "operator", "actor"}


def test_each_verb_writes_who_did_it(site: Site) -> None:
    for name, (verb, action, who) in VERBS.items():
        known = set(AuditEvent.objects.values_list("id", flat=True))
        with atomic():
            verb(site)
            (event,) = AuditEvent.objects.exclude(id__in=known).filter(action=action)
            assert (event.actor and event.actor.username, event.contract) == (who, site.world.contract), name
            assert event.subject, name
            set_rollback(True)


def test_no_verb_is_missing_from_the_table() -> None:
    """Whatever takes an acting person is an administrative verb, or is named as none."""
    found = {
        f"{path.stem}.{node.name}"
        for folder in ("ledger", "portal")
        for path in (ROOT / folder).glob("*.py")
        for node in ast.parse(Path(path).read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if ACTING & {argument.arg for argument in [*node.args.args, *node.args.kwonlyargs]}
    }
    assert found - NO_ACTS == set(VERBS)


def events(action: str) -> list[tuple[str, str, str]]:
    found = AuditEvent.objects.filter(action=action).select_related("actor")
    return [(event.actor.username if event.actor else "", event.subject, event.detail) for event in found]


def test_signing_in_and_failing_to_are_written(bob: User) -> None:
    Client().post("/accounts/login/", {"login": bob.email, "password": "wrong-password"})
    Client().post("/accounts/login/", {"login": "nobody@example.com", "password": "bob@example.com"})
    Client().post("/accounts/login/", {"login": bob.email, "password": "secret-bob"})
    assert events("account.sign_in_failed") == [
        ("", "an address without an account", ""),
        ("", "bob@example.com", ""),
    ]
    assert events("account.signed_in") == [("bob", "bob@example.com", "")]


def test_changes_of_an_account_are_written(site: Site) -> None:
    bob = site.by_session["bob"]
    new = {"oldpassword": "secret-bob", "password1": "a-longer-one-4711", "password2": "a-longer-one-4711"}
    bob.post("/accounts/password/change/", new)
    assert events("account.password_changed") == [("bob", "bob@example.com", "")]
    bob.post("/accounts/email/", {"action_add": "", "email": "bob@elsewhere.example"})
    assert events("account.address_added") == [("bob", "bob@example.com", "")]
    olgas = site.by_session["olga"]
    olgas.post("/accounts/2fa/totp/deactivate/")
    assert events("account.second_factor_removed")[0][0] == "olga"


def test_nothing_secret_stands_in_the_log(site: Site) -> None:
    _, secret = open_client(membership=alice(site), name="mill", scopes=["tokens:read"])
    code = orders.create_activation_code(pack=Pack.objects.get(code="100"))
    orders.place(idempotency=fresh_key(), membership=alice(site), pack=None, channel="reseller", activation_code=code)
    tokens = [caller.token for caller in site.by_token.values() if caller.token]
    sessions = [
        browser.cookies["sessionid"].value for browser in site.by_session.values() if "sessionid" in browser.cookies
    ]
    log = "\n".join(f"{event.subject} {event.detail}" for event in AuditEvent.objects.all())
    kept = [*tokens, *sessions, secret, code, "secret-bob", "secret-olga", "pbkdf2", "md5$"]
    assert [value for value in kept if value and value in log] == []
    assert len(log) > 200
