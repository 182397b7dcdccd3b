"""What each seat earns, when, and that it is given once. Source: InfraWorks seed, gift table; DOMAIN, section 3."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from ledger.gifts import add_months, issue_due_gifts
from ledger.models import Contract, Gift, GiftRule, Lot, LotSource, Pool, Seat
from tests.ledger.steps import START, day, figures
from tests.ledger.subscriptions import subscribe

pytestmark = pytest.mark.usefixtures("sound_books")


def date(year: int, month: int, day_: int) -> datetime:
    return datetime(year, month, day_, tzinfo=UTC)


def gifts() -> list[tuple[datetime, float]]:
    """When each gift was due, and its tokens."""
    return [(gift.due_at, gift.amount_mt / 1000) for gift in Gift.objects.order_by("due_at")]


@pytest.mark.parametrize(
    ("length", "tokens"), [("annual", 100), ("quarterly", 150), ("2-years", 500), ("3-years", 500)]
)
def test_each_seat_earns_its_rows_amount_at_the_start_of_each_year(
    contract_a: Contract, bob: User, bobs_pool: Pool, length: str, tokens: int
) -> None:
    subscribe(contract_a, bob, length=length)
    assert issue_due_gifts(at=START) == 1
    assert issue_due_gifts(at=date(2026, 12, 31)) == 0
    assert issue_due_gifts(at=date(2027, 1, 1)) == 1
    assert gifts() == [(START, tokens), (date(2027, 1, 1), tokens)]
    assert figures(bobs_pool)[0] == 2 * tokens


def test_three_years_earn_three_times_and_then_no_more(contract_a: Contract, bob: User) -> None:
    subscribe(contract_a, bob, length="3-years", ends_at=date(2029, 1, 1))
    assert issue_due_gifts(at=date(2035, 1, 1)) == 3
    assert [due_at.year for due_at, _ in gifts()] == [2026, 2027, 2028]


@pytest.mark.parametrize(
    ("period", "years"), [("term", ["2026-01", "2028-01"]), ("quarter", ["2026-01", "2026-04", "2026-07", "2026-10"])]
)
def test_the_table_allows_other_readings(contract_a: Contract, bob: User, period: str, years: list[str]) -> None:
    GiftRule.objects.filter(length="2-years").update(period=period)
    subscribe(contract_a, bob, length="2-years")
    issue_due_gifts(at=date(2026, 12, 1) if period == "quarter" else date(2029, 12, 1))
    assert [f"{due_at:%Y-%m}" for due_at, _ in gifts()] == years


def test_the_anniversary_of_29_february_is_the_28th_in_common_years(contract_a: Contract, bob: User) -> None:
    subscribe(contract_a, bob, starts_at=date(2024, 2, 29))
    issue_due_gifts(at=date(2028, 3, 1))
    assert [f"{due_at:%Y-%m-%d}" for due_at, _ in gifts()] == [
        "2024-02-29",
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 7), 0, date(2026, 5, 7)),
    ],
)
def test_months_are_counted_by_the_calendar(start: datetime, months: int, expected: datetime) -> None:
    assert add_months(start, months) == expected


def test_an_excluded_product_earns_nothing(contract_a: Contract, bob: User) -> None:
    subscribe(contract_a, bob, product="InfraWorks 360 LT")
    assert issue_due_gifts(at=day(400)) == 0


def test_nothing_is_earned_before_the_start_or_from_the_end_on(contract_a: Contract, bob: User) -> None:
    subscribe(contract_a, bob, starts_at=day(10), ends_at=day(375))
    assert issue_due_gifts(at=day(9)) == 0
    assert issue_due_gifts(at=day(1000)) == 1


def test_nothing_is_earned_once_the_contract_has_ended(contract_a: Contract, bob: User) -> None:
    Contract.objects.update(ends_at=date(2027, 1, 1))
    subscribe(contract_a, bob)
    assert issue_due_gifts(at=date(2030, 1, 1)) == 1


def test_a_gift_is_a_lot_of_the_users_own_that_does_not_expire(
    contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool
) -> None:
    subscribe(contract_a, bob)
    issue_due_gifts(at=START)
    lot = Lot.objects.get()
    assert (lot.pool, lot.source, lot.expires_at, lot.granted_at) == (bobs_pool, LotSource.GIFT, None, START)
    assert Gift.objects.get().issued_at == START


def test_each_seat_earns_for_its_own_user(contract_a: Contract, alice: User, bob: User, carol: User) -> None:
    subscribe(contract_a, alice, bob)
    subscribe(contract_a, bob, serial_number="SN-2")
    assert issue_due_gifts(at=START) == 3
    assert sorted(gift.user.username for gift in Gift.objects.select_related("user")) == ["alice", "bob", "bob"]


def test_the_gift_of_a_free_seat_waits_for_its_user(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    subscribe(contract_a, None)
    assert issue_due_gifts(at=day(400)) == 0
    Seat.objects.update(user=bob)
    assert issue_due_gifts(at=day(401)) == 2
    assert [(gift.due_at, gift.issued_at) for gift in Gift.objects.order_by("due_at")] == [
        (START, day(401)),
        (day(365), day(401)),
    ]


def test_a_seat_that_changes_hands_earns_nothing_twice(
    contract_a: Contract, bob: User, carol: User, bobs_pool: Pool
) -> None:
    subscribe(contract_a, bob)
    issue_due_gifts(at=START)
    for user in (None, carol, bob):
        Seat.objects.update(user=user)
        assert issue_due_gifts(at=day(1)) == 0
    assert figures(bobs_pool)[0] == 100
    Seat.objects.update(user=carol)
    assert issue_due_gifts(at=day(365)) == 1
    assert Gift.objects.latest("due_at").user == carol


def test_issuing_again_gives_nothing_again(contract_a: Contract, bob: User) -> None:
    subscribe(contract_a, bob)
    assert [issue_due_gifts(at=START) for _ in range(3)] == [1, 0, 0]
    assert [issue_due_gifts(at=at) for at in (day(800), day(370), START)] == [2, 0, 0]


def test_one_subscription_can_be_served_alone(
    contract_a: Contract, contract_b: Contract, bob: User, mallory: User
) -> None:
    subscribe(contract_a, bob)
    theirs = subscribe(contract_b, mallory)
    assert issue_due_gifts(at=START, subscription=theirs) == 1
    assert Gift.objects.get().user == mallory
