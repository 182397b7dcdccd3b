"""Home, the allocation dialog and the contract switcher."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.contracts import add_member
from ledger.models import Contract, Pool
from tests.portal.conftest import Fund, SignIn, World, start
from tests.portal.pages import page, text_of

DIALOG = "Your cloud allocation"


@pytest.fixture
def funded(bobs_pool: Pool, shared_a: Pool, fund: Fund) -> None:
    fund(bobs_pool, "1234.5")
    fund(shared_a, "777")


def test_home_shows_what_bob_has(funded: None, bob: User, sign_in: SignIn) -> None:
    home = text_of(sign_in(bob).get(page("home")))
    assert "1,234.5 <small>tokens available" in home
    assert "777" not in home


def test_home_shows_buyers_the_shared_tokens(funded: None, carol: User, sign_in: SignIn) -> None:
    assert "777 <small>tokens available" in text_of(sign_in(carol).get(page("home")))


def test_the_dialog_shows_the_allocation_once_per_session(funded: None, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    first = text_of(client.get(page("jobs")))
    assert DIALOG in first
    assert "1,234.5 tokens" in first
    assert "/management/reporting/" in first[first.index(DIALOG) :]
    assert DIALOG not in text_of(client.get(page("home")))
    assert DIALOG in text_of(sign_in(bob).get(page("home")))


def test_the_dialog_needs_no_script(funded: None, bob: User, sign_in: SignIn) -> None:
    home = text_of(sign_in(bob).get(page("home")))
    assert "<dialog open" in home
    assert '<form method="dialog">' in home


def test_the_dialog_shows_shared_tokens_only_to_who_may_use_them(
    funded: None, bob: User, contract_a: Contract, sign_in: SignIn
) -> None:
    assert "777 tokens" not in text_of(sign_in(bob).get(page("home")))
    contract_a.memberships.filter(user=bob).update(uses_shared=True)
    assert "777 tokens" in text_of(sign_in(bob).get(page("home")))


def test_who_is_not_enabled_sees_no_dialog_and_is_asked_to_enable(
    contract_a: Contract, stranger: User, sign_in: SignIn
) -> None:
    add_member(contract=contract_a, user=stranger, enabled=False)
    home = text_of(sign_in(stranger).get(page("home")))
    assert DIALOG not in home
    assert "Enable Your Subscription Benefits" in home


def test_what_waits_for_alice(world: World, alice: User, bob: User, sign_in: SignIn) -> None:
    home = text_of(sign_in(alice).get(page("home")))
    assert "1 person waiting for subscription benefits" in home
    assert "1 refund request to decide" in home
    assert "1 order to approve" in home
    assert "Waiting for you" not in text_of(sign_in(bob).get(page("home")))


def test_a_low_pool_needs_whom_it_concerns(
    contract_a: Contract, bobs_pool: Pool, shared_a: Pool, bob: User, carol: User, fund: Fund, sign_in: SignIn
) -> None:
    fund(bobs_pool, "55")
    fund(shared_a, "13.75")
    contract_a.memberships.filter(user=bob).update(uses_shared=True)
    for _ in range(4):
        start(bob, contract_a)
    home = text_of(sign_in(bob).get(page("home")))
    assert "Your individual tokens are low</a> 11 of 55 tokens are left" in home  # exactly 20 % is low
    assert "Low: 20 % or less of what was granted" in home
    start(bob, contract_a, pool_id=shared_a.id)
    assert "Your shared tokens are low" not in text_of(sign_in(bob).get(page("home")))
    assert "Your shared tokens are low</a> 2.75 of 13.75" in text_of(sign_in(carol).get(page("home")))


def test_tokens_that_expire_soon_need_whom_they_concern(
    bobs_pool: Pool, shared_a: Pool, bob: User, carol: User, fund: Fund, sign_in: SignIn
) -> None:
    now = timezone.now()
    fund(bobs_pool, "10", expires_at=now + timedelta(days=89))
    fund(bobs_pool, "70", expires_at=now + timedelta(days=91))
    fund(shared_a, "300", expires_at=now + timedelta(days=7))
    home = text_of(sign_in(bob).get(page("home")))
    assert "Your individual tokens expire soon</a> 10 tokens within 90 days" in home
    assert "Shared tokens expire soon" not in home
    assert "Shared tokens expire soon</a> 300 tokens within 90 days" in text_of(sign_in(carol).get(page("home")))


def test_who_has_no_tokens_yet_is_not_told_that_they_are_low(contract_a: Contract, bob: User, sign_in: SignIn) -> None:
    home = text_of(sign_in(bob).get(page("home")))
    assert "No tokens yet" in home
    assert "Waiting for you" not in home


def test_a_german_reads_amounts_and_days_as_germans_write_them(
    funded: None, bobs_pool: Pool, bob: User, fund: Fund, sign_in: SignIn
) -> None:
    fund(bobs_pool, "1", expires_at=datetime(2027, 1, 22, 12, tzinfo=UTC))
    with time_machine.travel(datetime(2026, 12, 22, 8, 5, tzinfo=UTC), tick=False):
        home = text_of(sign_in(bob).get(page("home"), headers={"Accept-Language": "de"}))
    assert "1.235,5" in home
    assert "22.01.2027" in home
    assert re.search(r">\d\d\.\d\d\.\d{4} \d\d:\d\d UTC</time>", home)


def test_buying_is_hidden_from_end_users(contract_a: Contract, bob: User, carol: User, sign_in: SignIn) -> None:
    link = f'href="{page("buy")}"'
    assert link not in text_of(sign_in(bob).get(page("home")))
    assert link in text_of(sign_in(carol).get(page("home")))


def test_the_left_column_says_where_one_is(contract_a: Contract, bob: User, sign_in: SignIn) -> None:
    jobs = text_of(sign_in(bob).get(page("jobs")))
    assert f'href="{page("jobs")}" aria-current="page"' in jobs
    assert f'href="{page("generate")}" aria-current' not in jobs


def test_bob_switches_between_his_contracts(
    contract_a: Contract, contract_b: Contract, bob: User, sign_in: SignIn
) -> None:
    add_member(contract=contract_b, user=bob)
    client = sign_in(bob)
    assert "Atelier Alpha, contract A-100" in text_of(client.get(page("home")))
    answer = client.post(page("choose-contract"), {"contract": contract_b.id}, follow=True)
    assert "Bureau Beta, contract B-200" in text_of(answer)
    assert "Bureau Beta, contract B-200" in text_of(client.get(page("home")))


def test_nobody_switches_to_a_contract_of_others(
    contract_a: Contract, contract_b: Contract, bob: User, sign_in: SignIn
) -> None:
    client = sign_in(bob)
    assert client.post(page("choose-contract"), {"contract": contract_b.id}).status_code == 404
    assert client.post(page("choose-contract"), {"contract": "nonsense"}).status_code == 404
    assert "Atelier Alpha" in text_of(client.get(page("home")))


def test_a_changed_role_acts_on_the_very_next_page(contract_a: Contract, carol: User, sign_in: SignIn) -> None:
    client = sign_in(carol)
    assert client.get(page("buy")).status_code == 200
    contract_a.memberships.filter(user=carol).update(role="end_user")
    assert client.get(page("buy")).status_code == 403


def test_looking_writes_nothing_and_a_cookie_remembers_the_dialog(funded: None, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    with CaptureQueriesContext(connection) as statements:
        assert DIALOG in text_of(client.get(page("home")))
    words = {each["sql"].split(maxsplit=1)[0] for each in statements.captured_queries}
    assert words == {"SELECT"}
    cookie = client.cookies["allocation"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert client.session.session_key not in cookie.value
