"""Subscription gifts: what each seat has earned by a date, and issuing it once. Source: InfraWorks seed, gift table."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import IntegrityError
from django.utils import timezone

from ledger.contracts import individual_pool
from ledger.models import Gift, GiftPeriod, GiftRule, Kind, LotSource, Seat, Subscription
from ledger.posting import Grant, Request, post, system_key
from ledger.posting.requests import Note

_MONTHS: Final = {GiftPeriod.YEAR: 12, GiftPeriod.QUARTER: 3}


def issue_due_gifts(*, at: datetime | None = None, subscription: Subscription | None = None) -> int:
    """Issue every gift that assigned seats have earned by `at`, and return how many there were.

    Safe to run again and by two at once: (seat, period) is unique, and so is the key of the posting.
    """
    now = at or timezone.now()
    seats = Seat.objects.filter(user__isnull=False, subscription__product__has_benefits=True)
    if subscription:
        seats = seats.filter(subscription=subscription)
    issued = 0
    related = ("subscription__rule", "subscription__product", "subscription__contract", "user")
    for seat in seats.select_related(*related).prefetch_related("gifts"):
        known = {gift.period_number for gift in seat.gifts.all()}
        for period_number, due_at in earned_periods(seat.subscription, now):
            if period_number not in known:
                issued += _issue(seat, period_number, due_at, at)
    return issued


def earned_periods(subscription: Subscription, at: datetime) -> Iterator[tuple[int, datetime]]:
    """Yield number and start of each period that has started by `at` while subscription and contract were active.

    Quarterly subscriptions earn per year of unbroken renewals, not per quarter, as long as the rule's period is a year.
    Source: DOMAIN, "Subscription gifts".
    """
    months = _months(subscription.rule)
    ends = [ends_at for ends_at in (subscription.ends_at, subscription.contract.ends_at) if ends_at]
    number, start = 1, subscription.starts_at
    while start <= at and all(start < ends_at for ends_at in ends):
        yield number, start
        number, start = number + 1, add_months(subscription.starts_at, number * months)


def add_months(start: datetime, months: int) -> datetime:
    """Return the same day some months later, or the month's last day where it is shorter."""
    year, month = divmod(start.month - 1 + months, 12)
    for day in range(start.day, start.day - 4, -1):
        try:
            return start.replace(year=start.year + year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _months(rule: GiftRule) -> int:
    return _MONTHS.get(GiftPeriod(rule.period), rule.term_months)


def _issue(seat: Seat, period_number: int, due_at: datetime, at: datetime | None) -> int:
    subscription, user = seat.subscription, seat.user
    assert user is not None, "only assigned seats are asked for"
    pool = individual_pool(contract_id=subscription.contract_id, user_id=user.pk)
    amount_mt = subscription.rule.amount_mt

    def note_gift(now: datetime) -> Note:
        gift = Gift.objects.create(
            seat=seat, period_number=period_number, amount_mt=amount_mt, due_at=due_at, issued_at=now, user=user
        )
        return {"gift": str(gift.id)}

    command = Grant(
        pool_id=pool.id,
        amount_mt=amount_mt,
        source=LotSource.GIFT,
        kind=Kind.GRANT,
        reason=f"{subscription.product}: {subscription.rule}, period {period_number}",
    )
    request = Request(
        commands=[command], idempotency=system_key(f"gift:{seat.id}:{period_number}"), at=at, effect=note_gift
    )
    try:
        (answer,) = post(contract_id=subscription.contract_id, requests=[request])
    except IntegrityError:
        if Gift.objects.filter(seat=seat, period_number=period_number).exists():
            return 0
        raise
    return 0 if answer.replayed else 1
