"""The operators' pages: Olga keeps what can be charged, opens contracts, corrects pools; the books stay as they are."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ledger.balances import balance
from ledger.ids import new_id
from ledger.models import (
    AuditEvent,
    Book,
    Contract,
    GiftRule,
    Pool,
    Product,
    Rate,
    Subscription,
    Transaction,
    VerificationMode,
)
from ledger.sealing import Signer, make_root, seal_all
from ledger.verification.run import verify
from portal.operators import KEPT, OPERATORS, PERMISSIONS, READ
from tests.cast import make_user
from tests.doors.operators import operator_client
from tests.portal.conftest import SignIn, World
from tests.portal.pages import fields_of, text_of

LISTED = [name for name in (*KEPT, *READ) if name != "seat"]
EFFECTS = ("now", "later", "past")
OPENED = {"starts_at_0": "2026-01-01", "starts_at_1": "00:00:00", "ends_at_0": "", "ends_at_1": ""}


def address(model: str, verb: str, *args: object) -> str:
    return reverse(f"admin:ledger_{model}_{verb}", args=args)


@pytest.fixture
def olgas(olga: User, contract_a: Contract) -> Client:
    return operator_client(olga, contract_a)


@pytest.fixture
def root(contract_a: Contract) -> Client:
    return operator_client(make_user("root", is_staff=True, is_superuser=True), contract_a)


@pytest.fixture
def proof(world: World) -> None:
    """The books of the world sealed, signed and verified."""
    seal_all()
    make_root(day=timezone.now().date(), signer=Signer(Ed25519PrivateKey.generate()), at=timezone.now())
    verify(mode=VerificationMode.FULL)


@pytest.mark.usefixtures("proof")
@pytest.mark.parametrize("model", LISTED)
def test_olga_opens_each_list_and_what_stands_in_it(
    model: str, world: World, olgas: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first = apps.get_model("ledger", model).objects.first()
    assert first is not None
    olgas.get(address(model, "change", first.pk))  # what the process keeps from then on, such as content types
    with django_assert_max_num_queries(12):
        assert olgas.get(address(model, "changelist"), {"q": "a"}).status_code == 200
    with django_assert_max_num_queries(12):
        assert olgas.get(address(model, "change", first.pk)).status_code == 200


@pytest.mark.parametrize("who", ["bob", "alice", "carol"])
@pytest.mark.parametrize("model", LISTED)
def test_nobody_on_a_contract_is_let_in(
    who: str, model: str, world: World, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(who))
    assert client.get(address(model, "changelist"), follow=True).status_code == 403


def test_who_is_not_signed_in_is_sent_to_the_sites_sign_in(db: None) -> None:
    answer = Client().get(f"/{settings.ADMIN_PATH}", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_staff_outside_the_group_can_do_nothing(world: World, shared_a: Pool) -> None:
    client = operator_client(make_user("oscar", is_staff=True))
    assert client.get(address("rate", "changelist")).status_code == 403
    assert client.post(address("pool", "adjust", shared_a.id), {"amount": "5", "reason": "No."}).status_code == 403
    assert not Transaction.objects.filter(kind="adjust").exists()


def coming_rate() -> Rate:
    """A rate that takes effect in a week."""
    rate = Rate.objects.filter(service__code="generative_study").get()
    rate.id, rate.effective_from, rate._state.adding = new_id(), timezone.now() + timedelta(days=7), True
    rate.save()
    return rate


def test_a_rate_in_effect_keeps_its_figures_and_may_end_from_now_on(world: World, olgas: Client) -> None:
    rate = Rate.objects.filter(service__code="generative_study").get()
    change = address("rate", "change", rate.id)
    shown = olgas.get(change)
    assert "its figures stay as they were charged" in text_of(shown)
    sent = fields_of(shown) | {"amount_mt": "99", "effective_until_1": "00:00:00"}
    assert "ends now or later" in text_of(olgas.post(change, sent | {"effective_until_0": "2026-01-01"}))
    assert olgas.post(change, sent | {"effective_until_0": "2099-01-01"}).status_code == 302
    ended = Rate.objects.get(id=rate.id)
    assert (ended.amount_mt, ended.effective_until and ended.effective_until.year) == (rate.amount_mt, 2099)


def test_rates_are_listed_by_whether_they_are_in_effect(world: World, olgas: Client) -> None:
    coming = coming_rate()
    listed = {word: olgas.get(address("rate", "changelist"), {"effect": word}).context["cl"] for word in EFFECTS}
    assert list(listed["later"].queryset) == [coming]
    assert listed["past"].queryset.count() == 0
    assert listed["now"].queryset.count() == Rate.objects.count() - 1


def test_olga_changes_a_rate_in_tokens(world: World, olgas: Client) -> None:
    rate = coming_rate()
    sent = fields_of(olgas.get(address("rate", "change", rate.id)))
    assert (Decimal(sent["amount_mt"]) * 1000, sent["step_m"]) == (rate.amount_mt, "1")
    assert olgas.post(address("rate", "change", rate.id), {**sent, "amount_mt": "12.5"}).status_code == 302
    rate.refresh_from_db()
    assert rate.amount_mt == 12_500
    event = AuditEvent.objects.get(action="rate.changed")
    assert (event.actor and event.actor.username, event.detail) == ("olga", "amount_mt")


@pytest.mark.parametrize("amount", ["0.0001", "-1", "1e3", ""])
def test_a_rate_that_is_no_amount_is_refused(amount: str, world: World, olgas: Client) -> None:
    rate = coming_rate()
    sent = fields_of(olgas.get(address("rate", "change", rate.id)))
    assert (
        "amount_mt"
        in olgas.post(address("rate", "change", rate.id), {**sent, "amount_mt": amount})
        .context["adminform"]
        .form.errors
    )
    assert Rate.objects.get(id=rate.id).amount_mt == rate.amount_mt


def test_olga_opens_a_contract_with_its_book_pool_and_administrator(
    stranger: User, rate_card: None, olgas: Client
) -> None:
    sent = {**fields_of(olgas.get(address("contract", "add"))), **OPENED}
    sent |= {"number": "C-300", "name": "Consult Gamma", "approval_limit_cents": "99.50"}
    answer = olgas.post(address("contract", "add"), {**sent, "administrator": "nobody@example.com"})
    assert "administrator" in answer.context["adminform"].form.errors
    assert olgas.post(address("contract", "add"), {**sent, "administrator": stranger.email}).status_code == 302
    contract = Contract.objects.get(number="C-300")
    assert contract.approval_limit_cents == 9_950
    assert Book.objects.filter(contract=contract).exists()
    assert sorted(contract.pools.values_list("kind", flat=True)) == ["individual", "shared"]
    assert contract.memberships.get().user == stranger
    assert AuditEvent.objects.get(action="contract.added").contract == contract


def test_olga_sells_a_subscription_and_gives_its_seat_to_a_member(
    contract_a: Contract, contract_b: Contract, bob: User, mallory: User, olgas: Client
) -> None:
    sent = {**fields_of(olgas.get(address("subscription", "add"))), **OPENED, "seats-0-number": "1"}
    sent |= {"contract": str(contract_a.id), "serial_number": "777-1", "rule": GiftRule.objects.all()[0].pk}
    sent |= {"product": str(Product.objects.get(name="Fusion").id)}
    assert olgas.post(address("subscription", "add"), sent).status_code == 302
    sold = Subscription.objects.get(serial_number="777-1")
    sent = fields_of(olgas.get(address("subscription", "change", sold.id)))
    olgas.post(address("subscription", "change", sold.id), {**sent, "seats-0-user": str(mallory.pk)})
    assert sold.seats.get().user is None
    olgas.post(address("subscription", "change", sold.id), {**sent, "seats-0-user": str(bob.pk)})
    assert sold.seats.get().user == bob
    event = AuditEvent.objects.get(action="seat.changed")
    assert (event.contract, event.detail) == (contract_a, "user: bob")


@pytest.mark.parametrize(("amount", "left"), [("12.5", 112_500), ("-40", 60_000)])
def test_olga_adjusts_a_pool_once(
    amount: str, left: int, bobs_pool: Pool, fund: Callable[..., None], olgas: Client
) -> None:
    fund(bobs_pool, "100")
    where = address("pool", "adjust", bobs_pool.id)
    assert where in text_of(olgas.get(address("pool", "change", bobs_pool.id)))
    sent = {**fields_of(olgas.get(where)), "amount": amount, "reason": "Counted wrong."}
    for _ in range(2):
        assert olgas.post(where, sent).status_code == 302
    assert balance(bobs_pool.id).available_mt == left
    event = AuditEvent.objects.get(action="pool.adjusted")
    assert (event.actor and event.actor.username, event.contract) == ("olga", bobs_pool.contract)
    assert event.detail == f"{amount} tokens: Counted wrong."
    assert Transaction.objects.get(kind="adjust").reason == "Counted wrong."


@pytest.mark.parametrize(
    ("amount", "reason"), [("5", ""), ("0", "Why not."), ("-100.001", "Too many."), ("five", "Odd."), ("5", "\0")]
)
def test_an_adjustment_that_cannot_be_is_refused_in_the_form(
    amount: str, reason: str, bobs_pool: Pool, fund: Callable[..., None], olgas: Client
) -> None:
    fund(bobs_pool, "100")
    where = address("pool", "adjust", bobs_pool.id)
    answer = olgas.post(where, {**fields_of(olgas.get(where)), "amount": amount, "reason": reason})
    assert answer.context["form"].errors
    assert balance(bobs_pool.id).available_mt == 100_000
    assert not AuditEvent.objects.filter(action="pool.adjusted").exists()


@pytest.mark.usefixtures("proof")
@pytest.mark.parametrize("model", READ)
def test_not_even_a_superuser_changes_the_books(model: str, world: World, shared_a: Pool, root: Client) -> None:
    first = apps.get_model("ledger", model).objects.first()
    assert first is not None
    assert root.get(address(model, "change", first.pk)).status_code == 200
    assert root.post(address(model, "change", first.pk), {"reason": "Mine."}).status_code == 403
    assert root.post(address(model, "delete", first.pk), {"post": "yes"}).status_code == 403
    assert root.get(address(model, "add")).status_code == 403
    assert root.post(
        address(model, "changelist"), {"action": "delete_selected", "_selected_action": first.pk, "post": "yes"}
    ).status_code in (200, 302)
    assert apps.get_model("ledger", model).objects.filter(pk=first.pk).exists()


@pytest.mark.parametrize("model", [name for name in KEPT if name != "seat"])
def test_nothing_is_deleted(model: str, world: World, root: Client) -> None:
    first = apps.get_model("ledger", model).objects.first()
    assert first is not None
    assert root.post(address(model, "delete", first.pk), {"post": "yes"}).status_code == 403


def test_the_list_of_what_operators_see_is_whole() -> None:
    shown = {model._meta.model_name for model in admin.site._registry if model._meta.app_label == "ledger"}
    assert shown == {*LISTED, "activationcode"}


def test_every_migration_gives_the_group_its_rights_again(db: None) -> None:
    group = Group.objects.get(name=OPERATORS)
    group.permissions.clear()
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
    assert set(group.permissions.values_list("codename", flat=True)) == PERMISSIONS
