"""Operators come in with two factors, say why they read a contract's books, and never approve their own."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ledger.balances import balance
from ledger.models import Adjustment, AuditEvent, Contract, Pool, Rate
from portal.operator_reading import NOTHING_OPENED
from portal.operators import make_operator
from tests.cast import make_user
from tests.doors.operators import operator_client, read
from tests.portal.pages import fields_of, text_of


def address(model: str, verb: str, *args: object) -> str:
    return reverse(f"admin:ledger_{model}_{verb}", args=args)


def test_an_operator_without_a_second_factor_is_sent_to_add_one(olga: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": olga.email, "password": "secret-olga"})
    answer = client.get("/operator/ledger/rate/", follow=True)
    assert answer.redirect_chain[0] == ("/accounts/2fa/", 302)
    assert "Operators sign in with a second factor" in text_of(answer)


def test_a_session_that_gave_none_is_asked_for_it(olga: User) -> None:
    operator_client(olga)
    client = Client()
    client.force_login(olga)
    answer = client.get("/operator/ledger/rate/?q=a")
    assert answer.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Foperator%2Fledger%2Frate%2F%3Fq%3Da"


def test_where_it_is_switched_off_a_password_is_enough(olga: User, settings: LazySettings) -> None:
    settings.OPERATORS_NEED_SECOND_FACTOR = False
    client = Client()
    client.force_login(olga)
    assert client.get("/operator/ledger/rate/").status_code == 200


def test_a_change_asks_for_the_password_again(olga: User, rate_card: None) -> None:
    client = operator_client(olga, fresh=False)
    rate = Rate.objects.all()[0]
    page = client.get(address("rate", "change", rate.id))
    answer = client.post(address("rate", "change", rate.id), {**fields_of(page), "amount_mt": "99"})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert Rate.objects.get(id=rate.id).amount_mt == rate.amount_mt
    assert client.post("/operator/logout/").status_code == 200


READ_PAGES = ("pool", "lot", "transaction")


@pytest.mark.parametrize("model", READ_PAGES)
def test_a_contracts_books_are_read_for_a_reason(
    model: str, olga: User, contract_a: Contract, shared_a: Pool, bobs_pool: Pool, fund: Callable[..., None]
) -> None:
    fund(shared_a, "10")
    client = operator_client(olga)
    row = {"pool": shared_a, "lot": shared_a.lots.get(), "transaction": contract_a.transactions.first()}[model]
    where = address(model, "change", row.pk)
    assert client.get(where).headers["Location"].startswith(f"/operator/reading/{contract_a.id}/?next=")
    assert client.get(address(model, "history", row.pk)).status_code == 302
    listed = client.get(address(model, "changelist"))
    assert str(NOTHING_OPENED) in listed.text.replace("&#x27;", "'")
    assert str(row.pk) not in listed.text
    assert client.post(client.get(where).headers["Location"], {"reason": "Request 4711."}).headers["Location"] == where
    assert client.get(where).status_code == 200
    assert str(row.pk) in client.get(address(model, "changelist")).text


def test_the_reason_is_asked_once_for_each_contract_and_session(
    olga: User, contract_a: Contract, contract_b: Contract, shared_a: Pool
) -> None:
    client = operator_client(olga, contract_a)
    assert client.get(address("pool", "change", shared_a.id)).status_code == 200
    other = contract_b.pools.all()[0]
    assert client.get(address("pool", "change", other.id)).status_code == 302
    assert client.get(address("pool", "adjust", other.id)).status_code == 302
    event = AuditEvent.objects.get(action="contract.read")
    assert (event.contract, event.actor, event.detail) == (contract_a, olga, "Request 4711.")
    assert (
        operator_client(make_user("oona", is_staff=True, is_superuser=True))
        .get(address("pool", "change", shared_a.id))
        .headers["Location"]
        .startswith("/operator/reading/")
    )


@pytest.mark.parametrize("reason", ["", "  ", "x", "\0abc", "a" * 501])
def test_no_reason_opens_nothing(reason: str, olga: User, contract_a: Contract, shared_a: Pool) -> None:
    client = operator_client(olga)
    assert read(client, contract_a, reason).status_code == 200
    assert client.get(address("pool", "change", shared_a.id)).status_code == 302
    assert not AuditEvent.objects.filter(action="contract.read").exists()


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example/", "/accounts/logout/", "\\evil"])
def test_the_way_back_stays_inside(elsewhere: str, olga: User, contract_a: Contract) -> None:
    client = operator_client(olga)
    answer = client.post(f"/operator/reading/{contract_a.id}/?next={elsewhere}", {"reason": "Request 4711."})
    assert answer.headers["Location"] == address("contract", "change", contract_a.id)


def test_two_operators_correct_over_the_limit_together(
    olga: User, contract_a: Contract, shared_a: Pool, settings: LazySettings
) -> None:
    settings.ADJUSTMENT_LIMIT = 100
    hers = operator_client(olga, contract_a)
    form = fields_of(hers.get(address("pool", "adjust", shared_a.id)))
    hers.post(address("pool", "adjust", shared_a.id), {**form, "amount": "100.001", "reason": "Fair."})
    waiting = Adjustment.objects.get()
    approve = address("adjustment", "approve", waiting.id)
    assert hers.post(approve).status_code == 403
    assert balance(shared_a.id).available_mt == 0
    oona = make_user("oona")
    make_operator(oona)
    theirs = operator_client(oona, contract_a)
    assert "Approve and post" in text_of(theirs.get(address("adjustment", "change", waiting.id)))
    assert theirs.get(approve).status_code == 405
    assert theirs.post(approve).status_code == 302
    assert theirs.post(approve).status_code == 409
    assert theirs.post(address("adjustment", "decline", waiting.id)).status_code == 409
    assert balance(shared_a.id).available_mt == 100_001


def test_the_secret_of_an_authenticator_is_kept_in_cipher(olga: User) -> None:
    operator_client(olga)
    kept = olga.authenticator_set.get(type="totp").data["secret"]
    assert kept.startswith("gAAAA")
