"""Lots with tokens left to spend, and when they expire."""

from collections.abc import Iterator
from typing import Final

from django.db.models import Q, QuerySet

from ledger.models import SPENDING_ORDER, Lot, PoolKind
from reporting.exports.columns import Column, Row, count, instant, milli, text
from reporting.exports.question import Question
from reporting.exports.sources.names import CHUNK, email_of, up_to
from reporting.lots import days_left

COLUMNS: Final[tuple[Column, ...]] = (
    text("id", "Lot", "The lot's id."),
    text("pool", "Pool", "The pool's id."),
    text("pool_kind", "Kind of pool", "individual or shared."),
    text("pool_user", "Pool's user", "E-mail address of an individual pool's user."),
    text("source", "Source", "gift, purchase, allocation, adjustment or import."),
    instant("granted_at", "Granted", "When the tokens were granted."),
    instant("expires_at", "Expires", "As agreed at the grant; empty: never."),
    instant("usable_until", "Usable until", "Later than `expires_at` in the days of grace after a refund."),
    count("days_left", "Days left", "Whole days until then, as of the export; empty: never."),
    milli("amount", "Granted tokens", "What was put in, less what moved to another pool."),
    milli("remaining", "Remaining", "What can be spent."),
    milli("held", "Held", "What running jobs have reserved."),
)


def lots(question: Question) -> QuerySet[Lot]:
    """Return the live lots; with an end of the period, those that expire before it."""
    live = Q(usable_until__gt=question.as_of)
    if not question.only_expiring:
        live |= Q(usable_until__isnull=True)
    found = Lot.objects.filter(live, contract_id=question.contract_id, exhausted=False)
    if question.to_at and question.to_at > question.as_of:
        found = found.filter(usable_until__lt=question.to_at)
    if question.pool_id:
        return found.filter(pool_id=question.pool_id)
    if question.user_id is None:
        return found
    seen = Q(pool__user_id=question.user_id)
    return found.filter(seen | Q(pool__kind=PoolKind.SHARED) if question.with_shared else seen)


def rows(question: Question) -> Iterator[Row]:
    """Yield the lots by pool, in the order in which they will be spent; those that expire the soonest first."""
    named = lots(question).annotate(pool_user=email_of("pool__user"))
    order = SPENDING_ORDER if question.only_expiring else ("pool_id", *SPENDING_ORDER)
    listed = named.order_by(*order).values_list(
        *("id", "pool_id", "pool__kind", "pool_user", "source", "granted_at", "expires_at", "usable_until"),
        *("amount_mt", "remaining_mt", "held_mt"),
    )
    for row in listed.iterator(chunk_size=CHUNK):
        yield (*row[:8], days_left(row[7], question.as_of), *row[8:])


def count_rows(question: Question, limit: int) -> int:
    """Return how many lots there are, up to `limit`."""
    return up_to(lots(question), limit)
