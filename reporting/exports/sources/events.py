"""Token events: what changed a pool other than jobs being paid, as the pages about tokens list it."""

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from ledger.models import EVENT_KINDS, Account, Entry, Kind, Transaction
from reporting.exports.columns import Column, Row, count, instant, milli, text
from reporting.exports.question import Question
from reporting.exports.sources.names import CHUNK, email_of, up_to

COLUMNS: Final[tuple[Column, ...]] = (
    count("seq", "No.", "Number of the transaction's first entry in the contract's journal."),
    instant("at", "When", "When it took effect."),
    text("event", "Event", "grant, purchase, allocate, take_back, refund, expire or adjust."),
    text("pool", "Pool", "The pool's id. A move between two pools is one line for each."),
    text("pool_kind", "Kind of pool", "individual or shared."),
    text("pool_user", "Pool's user", "E-mail address of an individual pool's user."),
    milli("amount", "Tokens", "What the event added to the pool's spendable tokens; negative: took from them."),
    text("reason", "Reason", "The reason given, if any."),
    text("job", "Job", "Id of the refunded job."),
    text("order", "Order", "Id of the order that was fulfilled."),
    text("transaction", "Transaction", "The transaction's id."),
)


def events(question: Question) -> QuerySet[Entry, Any]:
    """Return one row for each transaction and pool, with what it added.

    Of a shared pool, who may not see everyone's usage gets no refunds but their own.
    """
    found = Entry.objects.filter(
        contract_id=question.contract_id,
        account=Account.AVAILABLE,
        transaction__kind__in=question.kinds or EVENT_KINDS,
        **question.period.within(),
    )
    if question.pool_id:
        found = found.filter(pool_id=question.pool_id)
    elif question.user_id is not None:
        found = found.filter(pool__user_id=question.user_id)
    if not question.sees_everyone:
        found = found.filter(~Q(transaction__kind=Kind.REFUND) | Q(transaction__job__user_id=question.viewer_id))
    return found.values("transaction_id", "pool_id").annotate(added_mt=Sum("amount_mt")).exclude(added_mt=0)


def rows(question: Question) -> Iterator[Row]:
    """Yield the events, oldest first."""
    took_effect_at = Coalesce("transaction__due_at", "at")
    named = events(question).annotate(pool_user=email_of("pool__user"), happened_at=took_effect_at)
    listed = named.order_by("transaction__first_seq", "pool_id").values_list(
        *(
            "transaction__first_seq",
            "happened_at",
            "transaction__kind",
            "pool_id",
            "pool__kind",
            "pool_user",
            "added_mt",
        ),
        *("transaction__reason", "transaction__job_id", "transaction__order_id", "transaction_id"),
    )
    yield from listed.iterator(chunk_size=CHUNK)


def count_rows(question: Question, limit: int) -> int:
    """Return how many transactions there are at most, up to `limit`: counting events would add all of them up."""
    kinds = question.kinds or EVENT_KINDS
    found = Transaction.objects.filter(contract_id=question.contract_id, kind__in=kinds, **question.period.within())
    return up_to(found, limit)
