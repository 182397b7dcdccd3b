"""What operators do with orders, activation codes and rates, and that a NUL in their addresses is refused."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger import order_payments, orders
from ledger.balances import balance
from ledger.models import ActivationCode, AuditEvent, Contract, Job, Pack, Pool, Rate
from ledger.rate_preview import Figures, preview
from tests.cast import fresh_key, make_user
from tests.doors.operators import operator_client
from tests.portal.conftest import World
from tests.portal.pages import fields_of, text_of

NUL = (
    "ledger/job/?status__exact=%00",
    "ledger/auditevent/?action=%00",
    "ledger/order/?status__exact=%00",
    "ledger/transaction/?kind__exact=%00",
    "ledger/pack/?q=%00",
    "ledger/pack/?%00=1",
    "ledger/pack/a%00b/change/",
    "allauth_idp_oidc/client/a%00b/change/",
)


@pytest.fixture
def olgas(olga: User, contract_a: Contract) -> Client:
    return operator_client(olga, contract_a)


def pay_first(world: World, **wanted: object) -> orders.OrderAnswer:
    Contract.objects.update(pays_first=True, approval_limit_cents=None)
    alice = world.members["alice"]
    alice.contract.refresh_from_db()
    return orders.place(idempotency=fresh_key(), membership=alice, pack=Pack.objects.get(code="100"), **wanted)


@pytest.mark.parametrize("address", NUL)
def test_a_nul_in_an_operators_address_is_refused(address: str, world: World, olgas: Client, root: Client) -> None:
    assert [client.get(f"/operator/{address}").status_code for client in (olgas, root)] == [400, 400]


@pytest.fixture
def root(contract_a: Contract) -> Client:
    return operator_client(make_user("root", is_staff=True, is_superuser=True), contract_a)


def test_recording_an_invoices_payment_lets_its_tokens_arrive(world: World, olgas: Client, shared_a: Pool) -> None:
    before = balance(shared_a.id).available_mt
    order = pay_first(world, channel="direct", purchase_order="PO-7").order
    change = reverse("admin:ledger_order_change", args=[order.id])
    assert "The contract pays first" in text_of(olgas.get(change))
    address = reverse("admin:ledger_order_paid", args=[order.id])
    assert "Say what the bank calls" in text_of(olgas.post(address, {"reference": ""}, follow=True))
    done = olgas.post(address, {"reference": "bank 4711"}, follow=True)
    assert "The payment is recorded." in text_of(done)
    assert "bank 4711" in text_of(done)
    assert "Record the payment" not in text_of(done)
    assert balance(shared_a.id).available_mt == before + 100_000


def test_what_was_paid_too_late_is_delivered(world: World, olgas: Client, shared_a: Pool) -> None:
    before = balance(shared_a.id).available_mt
    order = pay_first(world, provider="stripe").order
    orders.cancel(membership=world.members["alice"], order_id=order.id)
    told = {"provider": "stripe", "reference": "pi_1", "amount_cents": order.total_cents, "currency": "USD"}
    order_payments.receive(order_payments.Payment(order_id=order.id, **told))
    assert "Deliver the tokens" in text_of(olgas.get(reverse("admin:ledger_order_change", args=[order.id])))
    address = reverse("admin:ledger_order_deliver", args=[order.id])
    for _ in range(2):
        olgas.post(address)
    assert balance(shared_a.id).available_mt == before + 100_000


def test_an_activation_code_is_shown_once_and_works(world: World, olgas: Client, shared_a: Pool) -> None:
    address = reverse("admin:ledger_activationcode_add")
    form = {"pack": str(Pack.objects.get(code="100").pk), "quantity": "3", "note": "Reseller North"}
    done = text_of(olgas.post(address, form, follow=True))
    code = done.split("nobody can see again: ")[1][:27]
    assert code not in text_of(olgas.get(reverse("admin:ledger_activationcode_changelist")))
    assert ActivationCode.objects.get().code_hash not in done
    alice = world.members["alice"]
    order = orders.place(idempotency=fresh_key(), membership=alice, channel="reseller", activation_code=code).order
    assert order.amount_mt == 300_000
    assert AuditEvent.objects.get(action="activationcode.added").actor
    kept = reverse("admin:ledger_activationcode_change", args=[ActivationCode.objects.get().pk])
    assert olgas.post(kept, {"quantity": "9"}).status_code == 403


def test_a_months_jobs_are_priced_again(world: World) -> None:
    now = timezone.now()
    start, end = datetime(now.year, 1, 1, tzinfo=UTC), datetime(now.year + 1, 1, 1, tzinfo=UTC)
    service = world.charged.service
    same = preview(start=start, end=end, at=now)
    assert [(line.service, line.jobs, line.then_mt, line.difference_mt) for line in same] == [(service, 1, 11_000, 0)]
    dearer = {service.id: Figures(13_000, 1_000, 0)}
    (line,) = preview(start=start, end=end, at=now, instead=dearer)
    assert (line.now_mt, line.difference_mt, round(line.per_cent or 0, 1)) == (13_000, 2_000, 18.2)
    Rate.objects.update(effective_from=now)
    (gone,) = preview(start=start, end=end, at=start)
    assert (gone.has_rate, gone.now_mt) == (False, 0)
    assert preview(start=start.replace(year=2000), end=start.replace(year=2001), at=now) == []


def test_olga_sees_what_last_month_would_have_cost_and_enters_the_rate(world: World, olgas: Client) -> None:
    address = reverse("admin:ledger_rate_preview")
    assert "No job was charged in this month" in text_of(olgas.get(address))
    service = world.charged.service
    month = Job.objects.get(id=world.charged.id).created_at.strftime("%Y-%m")
    asked = {"month": month, "service": str(service.id), "amount_mt": "12.5", "step_m": "1", "minimum_mt": "0"}
    shown = olgas.get(address, asked)
    assert "12.5" in text_of(shown)
    assert "13.6 %" in text_of(shown)
    form = fields_of(olgas.get(shown.context["add"]))
    assert (form["amount_mt"], form["step_m"], form["service"]) == ("12.5", "1", str(service.id))
    for wrong in ({"month": "2026-13"}, {"amount_mt": ""}, {"step_m": "0"}, {"at": "yesterday"}):
        assert "errorlist" in text_of(olgas.get(address, asked | wrong))


def test_exports_schedules_and_mails_are_read_without_their_texts(world: World, olgas: Client) -> None:
    for model in ("export", "exportschedule", "notice"):
        assert olgas.get(f"/operator/portal/{model}/").status_code == 200
    assert olgas.get(reverse("admin:portal_export_change", args=[world.export.id])).status_code == 200
    assert olgas.get(reverse("admin:portal_exportschedule_change", args=[world.schedule.id])).status_code == 200
