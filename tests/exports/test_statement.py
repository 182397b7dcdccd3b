"""The statement leads from the opening to the closing balance, to the milli-token, for every pool and month."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from ledger.balances import balance
from ledger.expiry import expire_lots
from ledger.models import Contract, Pool
from reporting.exports.pdf_writer import write_statement
from reporting.exports.statement import Statement, month_of, read_statement
from tests.exports.conftest import DAY, MARCH, Ask

APRIL = MARCH + 45 * DAY


def statement(contract: Contract, pool: Pool | None, month: datetime = MARCH) -> Statement:
    from_at, to_at = month_of(month.date())
    return read_statement(contract=contract, pool=pool, from_at=from_at, to_at=to_at, now=timezone.now())


def test_every_term_of_march(history: None, contract_a: Contract, bobs_pool: Pool) -> None:
    found = statement(contract_a, bobs_pool)
    assert dict(found.terms()) == {
        "Granted": 50_000,
        "Bought": 0,
        "Allocated": 7_500,
        "Adjusted": 0,
        "Used": -5_500,
        "Refunded": 0,
        "Expired": 0,
    }
    assert (found.opening_mt, found.closing_mt) == (0, 52_000)
    assert found.is_sound
    assert statement(contract_a, bobs_pool, MARCH + 40 * DAY).refunded_mt == 500


def test_the_contracts_statement_is_the_sum_of_its_pools(history: None, contract_a: Contract) -> None:
    whole = statement(contract_a, None)
    parts = [statement(contract_a, pool) for pool in contract_a.pools.all()]
    assert len(parts) > 1
    for name in ("opening_mt", "granted_mt", "bought_mt", "used_mt", "closing_mt"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)
    assert (whole.allocated_mt, whole.is_sound) == (0, True)
    assert whole.usage().totals.net_mt == whole.used_mt - whole.refunded_mt
    assert sum(left_mt for _, left_mt in whole.lots()) == whole.closing_mt


@pytest.mark.parametrize("posted", [False, True])
def test_an_expiry_counts_in_its_own_month_whether_posted_or_not(
    posted: bool, contract_a: Contract, bobs_pool: Pool, fund: Callable[..., None]
) -> None:
    fund(bobs_pool, "10", at=MARCH, expires_at=MARCH + 20 * DAY)
    fund(bobs_pool, "3", at=MARCH)
    if posted:
        expire_lots()
    march, april = statement(contract_a, bobs_pool), statement(contract_a, bobs_pool, MARCH + 40 * DAY)
    assert (march.expired_mt, march.closing_mt, march.is_sound) == (10_000, 3_000, True)
    assert (april.opening_mt, april.expired_mt, april.is_sound) == (3_000, 0, True)


def test_months_follow_one_another_without_a_gap(history: None, contract_a: Contract, shared_a: Pool) -> None:
    months = [statement(contract_a, shared_a, datetime(2026, month, 1, tzinfo=UTC)) for month in range(2, 12)]
    assert all(month.is_sound for month in months)
    assert [month.closing_mt for month in months[:-1]] == [month.opening_mt for month in months[1:]]
    assert months[-1].closing_mt == balance(shared_a.id).available_mt


def test_a_long_one_has_many_pages_with_numbers(
    history: None, contract_a: Contract, bobs_pool: Pool, fund: Callable[..., None], tmp_path: Path
) -> None:
    for number in range(120):
        fund(bobs_pool, "1", at=APRIL, expires_at=MARCH + (400 + number) * DAY)
    path = tmp_path / "statement.pdf"
    assert (
        write_statement(path, statement(contract_a, None, APRIL), made_for="Łucja Ž", as_of=timezone.now(), zone="UTC")
        > 120
    )
    data = path.read_bytes()
    assert data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b(?!s)", data)) >= 3


def test_who_may_have_one(
    history: None, contract_a: Contract, shared_a: Pool, bobs_pool: Pool, alice: User, bob: User, ask: Ask
) -> None:
    own = ask(bob, "statement", "pdf", month="2026-03", pool=bobs_pool.id)
    assert own.headers["Content-Type"] == "application/pdf"
    assert own.getvalue().startswith(b"%PDF-")
    assert ask(bob, "statement", "pdf", month="2026-03", pool=shared_a.id).status_code == 403
    assert ask(bob, "statement", "pdf", month="2026-03").status_code == 403
    for pool in (shared_a.id, bobs_pool.id, ""):
        assert ask(alice, "statement", "pdf", month="2026-03", pool=pool).getvalue().startswith(b"%PDF-")
    assert ask(alice, "statement", "pdf", month="2026-3x").status_code == 302
