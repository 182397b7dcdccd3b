"""Subscription gifts: what each seat has earned by a date, and issuing it once. Source: InfraWorks seed, gift table."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError
from django.db.models import Count, Q

from ledger.contracts import individual_pool
from ledger.instants import database_now
from ledger.models import Gift, GiftPeriod, GiftRule, Kind, LotSource, Seat, Subscription
from ledger.posting import Grant, Request, post, system_key
from ledger.posting.requests import Note
from ledger.progress import SILENT, Progress, in_batches

_MONTHS: Final = {GiftPeriod.YEAR: 12, GiftPeriod.QUARTER: 3}
_AT_ONCE: Final = 500


def issue_due_gifts(
    *, at: datetime | None = None, subscription: Subscription | None = None, progress: Progress = SILENT
) -> int:
    """Issue every gift that assigned seats have earned by `at`, and return how many there were.

    Safe to run again and by two at once: (seat, period) is unique, and so is the key of the posting. What was missed
    is made up for, each period once; the gift says when it was due.

    Raises:
        ExceptionGroup: some seats' could not be issued; all others' were.
    """
    now = at or database_now()
    seats = _seats_behind(now, subscription)
    progress.expect(len(seats))

    def issue(batch: Sequence[Seat]) -> int:
        return sum(_issue_to(seat, now, at) for seat in batch)

    return in_batches(([seat] for seat in seats), issue, progress=progress)


def _seats_behind(now: datetime, subscription: Subscription | None) -> list[Seat]:
    """Return the assigned seats with fewer gifts than they have earned, in a few statements however many there are."""
    subscriptions = Subscription.objects.filter(product__has_benefits=True, starts_at__lte=now)
    if subscription:
        subscriptions = subscriptions.filter(id=subscription.id)
    earning: dict[int, list[Subscription]] = defaultdict(list)
    for one in subscriptions.select_related("rule", "product", "contract"):
        earning[sum(1 for _ in earned_periods(one, now))].append(one)
    return [
        seat
        for earned, some in earning.items()
        for start in range(0, len(some), _AT_ONCE)
        for seat in _seats_with_less(earned, some[start : start + _AT_ONCE])
    ]


def _seats_with_less(earned: int, subscriptions: Sequence[Subscription]) -> list[Seat]:
    known = {subscription.id: subscription for subscription in subscriptions}
    issued = Count("gifts", filter=Q(gifts__period_number__lte=earned))
    seats = Seat.objects.filter(subscription__in=known, user__isnull=False).annotate(issued=issued)
    found: list[Seat] = list(seats.filter(issued__lt=earned).select_related("user").prefetch_related("gifts"))
    for seat in found:
        seat.subscription = known[seat.subscription_id]
    return found


def _issue_to(seat: Seat, now: datetime, at: datetime | None) -> int:
    issued = {gift.period_number for gift in seat.gifts.all()}
    return sum(
        _issue(seat, period_number, due_at, at)
        for period_number, due_at in earned_periods(seat.subscription, now)
        if period_number not in issued
    )


def earned_periods(subscription: Subscription, at: datetime) -> Iterator[tuple[int, datetime]]:
    """Yield number and start of each period that has started by `at` while subscription and contract were active.

    Quarterly subscriptions earn per year of unbroken renewals, not per quarter, as long as the rule's period is a year.
    Source: DOMAIN, "Subscription gifts".
    """
    months = _months(subscription.rule)
    number, start = 1, subscription.starts_at
    while start <= at and not subscription.has_ended(start):
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
