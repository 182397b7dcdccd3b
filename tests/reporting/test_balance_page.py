"""Individual and Shared Tokens: the balance, its 20 % rule, lots that expire, and what happened to the pool."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import chain, pairwise

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from ledger.allocations import allocate, take_back
from ledger.balances import balance
from ledger.contracts import individual_pool
from ledger.expiry import expire_lots
from ledger.grants import adjust
from ledger.models import Contract, Pool, Role
from tests.cast import fresh_key, make_user
from tests.reporting.conftest import Work

OWN = "/management/reporting/individual-tokens/"
SHARED = "/management/reporting/shared-tokens/"
Fund = Callable[..., None]
SignIn = Callable[[User], Client]


def figures_in(text: str) -> dict[str, str]:
    """The balance table: what stands beside each state."""
    return dict(
        re.findall(
            r'<th scope="row">(?:<span class="swatch[^>]*></span>)?(\w+) <span class="what">.*?</th><td class="amount">'
            r'<data value="([^"]+)"',
            text,
            flags=re.DOTALL,
        )
    )


def tick(contract: Contract, user: User) -> None:
    contract.memberships.filter(user=user).update(uses_shared=True)


def test_the_page_shows_the_balance_that_is_enforced(
    bobs_pool: Pool, bob: User, fund: Fund, work: Work, signed_in: SignIn
) -> None:
    fund(bobs_pool, "1500.5")
    work(bob, "cfd_moderate")
    work(bob, outcome="running")
    assert figures_in(signed_in(bob).get(OWN).text) == {
        "Available": "1485.5",
        "Held": "5",
        "Used": "10",
        "Expired": "0",
        "Total": "1500.5",
    }


@pytest.mark.parametrize(("spent", "word"), [(79, "Good"), (80, "Low"), (81, "Low")])
def test_exactly_a_fifth_of_what_was_granted_is_already_low(
    spent: int, word: str, bobs_pool: Pool, bob: User, fund: Fund, work: Work, signed_in: SignIn
) -> None:
    fund(bobs_pool, "50")
    fund(bobs_pool, "50")
    work(bob, "rendering_large", quantity_m=spent * 1000)
    text = signed_in(bob).get(OWN).text
    assert (f"{word}: " in text, "text-good" in text) == (True, word == "Good")
    assert ('class="donut low"' in text, 'class="donut"' in text) == (word == "Low", word == "Good")
    assert f"{100 - spent} %</text>" in text


def test_a_lot_that_is_gone_does_not_count_as_granted(
    bobs_pool: Pool, bob: User, fund: Fund, signed_in: SignIn
) -> None:
    fund(bobs_pool, "900", expires_at=timezone.now() - timedelta(hours=1), at=timezone.now() - timedelta(days=2))
    fund(bobs_pool, "100")
    text = signed_in(bob).get(OWN).text
    assert figures_in(text)["Expired"] == "900"
    assert "Good: " in text


def test_lots_stand_in_the_order_of_spending_with_an_alert_before_they_expire(
    bobs_pool: Pool, bob: User, fund: Fund, signed_in: SignIn
) -> None:
    now = timezone.now()
    fund(bobs_pool, "3")
    fund(bobs_pool, "2", expires_at=now + timedelta(days=91, hours=1))
    fund(bobs_pool, "1", expires_at=now + timedelta(days=90, hours=1))
    text = signed_in(bob).get(OWN).text
    lots = text[text.index('id="lots-title"') : text.index('id="events-title"')]
    assert "1 lot will expire within 90 days" in lots
    assert [lots.index(f'<data value="{amount}">') for amount in "123"] == sorted(
        lots.index(f'<data value="{amount}">') for amount in "123"
    )
    assert re.findall(r"(\d+): expires soon|>(\d+)</td>\s*</tr>|(No expiry)", lots) == [
        ("90", "", ""),
        ("", "91", ""),
        ("", "", "No expiry"),
    ]


def test_services_and_users_of_the_last_90_days_are_named(
    contract_a: Contract, shared_a: Pool, alice: User, bob: User, fund: Fund, work: Work, signed_in: SignIn
) -> None:
    tick(contract_a, bob)
    fund(shared_a, "500", at=timezone.now() - timedelta(days=100))
    work(alice, "cfd_complex", at=timezone.now() - timedelta(days=99))
    work(alice, "analysis")
    work(bob, "simulation", outcome="refunded")
    seen_by_alice = signed_in(alice).get(SHARED).text
    assert "2: Analysis, Simulation" in seen_by_alice
    assert re.search(r"<dt>Users active <span.*?</dt><dd>2</dd>", seen_by_alice, re.DOTALL)
    seen_by_bob = signed_in(bob).get(SHARED).text
    assert "1: Simulation" in seen_by_bob
    assert "Users active" not in seen_by_bob


@pytest.fixture
def eventful(contract_a: Contract, bobs_pool: Pool, shared_a: Pool, bob: User, fund: Fund) -> None:
    """Bob's pool gained and lost tokens in every way but a job's."""
    fund(bobs_pool, "7", at=timezone.now() - timedelta(days=3), expires_at=timezone.now() - timedelta(days=1))
    fund(shared_a, "100")
    expire_lots()
    people = {"contract_id": contract_a.id, "user_id": bob.pk}
    allocate(idempotency=fresh_key(), **people, amount_mt=40_000)
    take_back(idempotency=fresh_key(), **people, amount_mt=10_000)
    adjust(idempotency=fresh_key(), pool_id=bobs_pool.id, amount_mt=-2_500, reason="Counted <b>twice</b>")


def test_every_kind_of_event_is_shown_with_what_it_changed(
    eventful: None, alice: User, bob: User, work: Work, signed_in: SignIn
) -> None:
    work(bob, outcome="refunded")
    text = signed_in(bob).get(OWN).text
    assert events_in(text) == [
        ("Refunded", "5"),
        ("Adjusted", "-2.5"),
        ("Taken back", "-10"),
        ("Allocated", "40"),
        ("Expired", "-7"),
        ("Granted", "7"),
    ]
    assert "Counted &lt;b&gt;twice&lt;/b&gt;" in text
    assert events_in(signed_in(alice).get(SHARED).text) == [
        ("Taken back (bob@example.com)", "10"),
        ("Allocated (bob@example.com)", "-40"),
        ("Granted", "100"),
    ]


def events_in(text: str) -> list[tuple[str, str]]:
    events = text[text.index('id="events-title"') :]
    return re.findall(
        r'<th scope="row" class="stack-title">([^<]+)</th>\s*<td class="amount"[^>]*><span>\+?<data value="([^"]+)"',
        events,
    )


def test_events_explain_the_balance_and_go_on_over_pages(
    bobs_pool: Pool, bob: User, fund: Fund, work: Work, signed_in: SignIn
) -> None:
    for number in range(1, 61):
        fund(bobs_pool, str(number))
    client, address, pages = signed_in(bob), OWN, []
    while address:
        text = client.get(address).text
        pages.append([float(amount) for _, amount in events_in(text)])
        older = re.search(r'href="(\?before=\d+)"', text)
        address = OWN + older[1] if older else ""
    assert [len(page) for page in pages] == [25, 25, 10]
    assert sum(map(sum, pages)) * 1000 == balance(bobs_pool.id).total_mt
    assert all(first > second for first, second in pairwise(chain.from_iterable(pages)))


def test_of_the_shared_pool_an_end_user_sees_nobody_elses_refunds(
    contract_a: Contract, shared_a: Pool, alice: User, bob: User, fund: Fund, work: Work, signed_in: SignIn
) -> None:
    tick(contract_a, bob)
    fund(shared_a, "100")
    allocate(idempotency=fresh_key(), contract_id=contract_a.id, user_id=alice.pk, amount_mt=1_000)
    work(alice, "simulation", outcome="refunded")
    work(bob, outcome="refunded")
    assert events_in(signed_in(bob).get(SHARED).text) == [("Refunded", "5"), ("Allocated", "-1"), ("Granted", "100")]


def test_nobody_sees_shared_tokens_without_the_tick(contract_a: Contract, bob: User, signed_in: SignIn) -> None:
    client = signed_in(bob)
    assert client.get(SHARED).status_code == 403
    assert 'class="nav-link" href="/management/reporting/shared-tokens/"' not in client.get(OWN).text
    tick(contract_a, bob)
    assert client.get(SHARED).status_code == 200


def test_an_end_user_has_the_tab_once_the_contract_has_shared_tokens(
    contract_a: Contract, shared_a: Pool, bob: User, fund: Fund, signed_in: SignIn
) -> None:
    tick(contract_a, bob)
    client, tab = signed_in(bob), 'class="nav-link" href="/management/reporting/shared-tokens/"'
    for address in (OWN, "/management/reporting/individual-usage/"):
        assert tab not in client.get(address).text
    fund(shared_a, "1")
    for address in (OWN, "/management/reporting/individual-usage/"):
        assert tab in client.get(address).text


def test_the_page_is_of_the_contract_that_was_chosen(
    contract_a: Contract, contract_b: Contract, mallory: User, fund: Fund, signed_in: SignIn
) -> None:
    fund(individual_pool(contract_id=contract_b.id, user_id=mallory.pk), "33")
    assert figures_in(signed_in(mallory).get(OWN).text)["Available"] == "33"
    other = make_user("newcomer")
    contract_a.memberships.create(user=other, role=Role.END_USER)
    assert "Enable your subscription benefits" in signed_in(other).get(OWN).text
