"""Tokens expire at their instant, before anything else is decided; nothing revives them."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from ledger.errors import InsufficientTokens
from ledger.expiry import expire_lots
from ledger.grants import grant
from ledger.models import Contract, Kind, Lot, LotSource, Pool, Transaction
from tests.cast import fresh_key
from tests.ledger.steps import cancel, day, fail, figures, give, put, report, start

pytestmark = pytest.mark.usefixtures("sound_books")

INSTANT = timedelta(microseconds=1)


def test_tokens_can_be_spent_until_just_before_their_expiry(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "5", expires_at=day(30))
    assert start(contract_a, bob, at=day(30) - INSTANT).status == "running"


def test_tokens_are_gone_at_the_very_instant(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "5", expires_at=day(30))
    with pytest.raises(InsufficientTokens) as refusal:
        start(contract_a, bob, at=day(30))
    assert refusal.value.extra["available"] == "0"
    assert figures(bobs_pool) == (0, 0, 0, 5)
    expiry = Transaction.objects.get(kind=Kind.EXPIRE)
    assert (expiry.at, expiry.due_at) == (day(30), day(30))


def test_expired_tokens_are_not_given_away(contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool) -> None:
    put(shared_a, "5", expires_at=day(30))
    with pytest.raises(InsufficientTokens):
        give(contract_a, bob, "1", at=day(30))


def test_expiry_says_since_when_it_was_due(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "5", expires_at=day(30))
    put(bobs_pool, "5", at=day(40))
    expiry = Transaction.objects.get(kind=Kind.EXPIRE)
    assert (expiry.at, expiry.due_at) == (day(40), day(30))


def test_a_hold_survives_the_expiry_of_its_lot(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "8", expires_at=day(30))
    job = start(contract_a, bob, at=day(29))
    assert report(job, at=day(31)).captured_mt == 5_000
    assert figures(bobs_pool) == (0, 0, 5, 3)


@pytest.mark.parametrize("verb", [fail, cancel])
@pytest.mark.parametrize("captured", [False, True])
def test_what_comes_back_to_an_expired_lot_is_usable_for_30_days(
    contract_a: Contract, bob: User, bobs_pool: Pool, verb: object, captured: bool
) -> None:
    lot = put(bobs_pool, "10", expires_at=day(30))
    job = start(contract_a, bob, at=day(29))
    if captured:
        report(job, at=day(29))
    verb(job, at=day(35))
    assert figures(bobs_pool, day(35)) == (5, 0, 0, 5)
    lot.refresh_from_db()
    assert (lot.expires_at, lot.usable_until) == (day(30), day(65))
    again = start(contract_a, bob, at=day(65) - INSTANT)
    cancel(again, at=day(65) - INSTANT)
    with pytest.raises(InsufficientTokens):
        start(contract_a, bob, at=day(65))
    assert figures(bobs_pool) == (0, 0, 0, 10)


def test_what_comes_back_at_the_very_instant_of_expiry_has_its_days_of_grace(
    contract_a: Contract, bob: User, bobs_pool: Pool
) -> None:
    put(bobs_pool, "5", expires_at=day(30))
    cancel(start(contract_a, bob, at=day(29)), at=day(30))
    assert figures(bobs_pool, day(59)) == (5, 0, 0, 0)


def test_without_days_of_grace_they_are_lost(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    Contract.objects.update(refund_grace_s=0)
    put(bobs_pool, "10", expires_at=day(30))
    held, used = start(contract_a, bob, at=day(29)), report(start(contract_a, bob, at=day(29)), at=day(29))
    assert (cancel(held, at=day(35)).status, fail(used, at=day(35)).refunded_mt) == ("cancelled", 5_000)
    assert figures(bobs_pool) == (0, 0, 0, 10)


def test_the_rest_of_a_partly_captured_hold_has_its_days_of_grace(
    contract_a: Contract, bob: User, bobs_pool: Pool
) -> None:
    put(bobs_pool, "5", expires_at=day(30))
    report(start(contract_a, bob, at=day(29)), amount_mt=2_000, at=day(35))
    assert figures(bobs_pool, day(35)) == (3, 0, 2, 0)
    assert figures(bobs_pool) == (0, 0, 2, 3)


def test_a_clock_that_goes_back_revives_nothing(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "5", expires_at=day(30))
    assert expire_lots(at=day(31)) == 1
    with pytest.raises(InsufficientTokens):
        start(contract_a, bob, at=day(26))
    assert figures(bobs_pool) == (0, 0, 0, 5)


def test_what_is_written_after_the_clock_went_back_is_dated_as_the_last_entry(
    contract_a: Contract, bob: User, bobs_pool: Pool
) -> None:
    put(bobs_pool, "5", at=day(31))
    assert start(contract_a, bob, at=day(26)).created_at == day(31)


def test_expiring_twice_is_expiring_once(bobs_pool: Pool, shared_a: Pool, contract_b: Contract) -> None:
    for pool in (bobs_pool, shared_a, contract_b.pools.get(user=None)):
        put(pool, "5", expires_at=day(30))
        put(pool, "6", expires_at=day(31))
        put(pool, "7", expires_at=day(33))
    assert [expire_lots(at=day(32)) for _ in range(2)] == [6, 0]
    assert figures(shared_a, day(32)) == (7, 0, 0, 11)


def test_the_command_expires_as_of_the_time_given(bobs_pool: Pool) -> None:
    put(bobs_pool, "5", expires_at=day(30))
    lines = []
    for at in (day(30) - INSTANT, day(30), day(30)):
        out = StringIO()
        call_command("expire_lots", at=at, stdout=out)
        lines.append(out.getvalue().strip())
    assert lines == ["0 lots expired.", "1 lots expired.", "0 lots expired."]


@pytest.mark.parametrize("text", ["2026-01-31", "2026-01-31T00:00:00Z", "2026-01-31T01:00:00+01:00"])
def test_the_command_reads_times_with_and_without_an_offset(bobs_pool: Pool, text: str) -> None:
    put(bobs_pool, "5", expires_at=day(30))
    call_command("expire_lots", "--at", text, stdout=StringIO())
    assert Lot.objects.get().exhausted
    assert Transaction.objects.get(kind=Kind.EXPIRE).at == datetime.fromisoformat("2026-01-31T00:00:00+00:00")


def test_imported_lots_expire_by_the_time_that_is_named_and_not_by_todays(bobs_pool: Pool) -> None:
    grant(
        idempotency=fresh_key("system"),
        pool_id=bobs_pool.id,
        amount_mt=5_000,
        source=LotSource.IMPORT,
        expires_at=day(30),
        at=day(0),
    )
    assert expire_lots() == 0
    assert expire_lots(at=day(30)) == 1
