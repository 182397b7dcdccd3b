"""Ledger entries: of the contract, of one pool, or of one's own pool."""

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet

from ledger.models import Entry
from reporting.exports.columns import Column, Row, count, instant, milli, text
from reporting.exports.question import Question
from reporting.exports.sources.names import CHUNK, email_of, up_to

COLUMNS: Final[tuple[Column, ...]] = (
    count("seq", "No.", "The entry's number in the contract's journal; there are no gaps in the whole journal."),
    instant("at", "When", "When the transaction took effect."),
    text("transaction", "Transaction", "The transaction's id; its entries add up to zero."),
    text("kind", "What", "What the transaction did: grant, purchase, allocate, take_back, hold, capture, ..."),
    text("account", "Account", "available, held, used or expired of a pool; issued, sold or adjusted of the contract."),
    text("pool", "Pool", "Id of the pool; empty for the contract's own accounts."),
    text("pool_kind", "Kind of pool", "individual or shared."),
    text("pool_user", "Pool's user", "E-mail address of an individual pool's user."),
    text("lot", "Lot", "Id of the lot."),
    milli("amount", "Tokens", "What was added to the account; negative: taken from it."),
    milli("balance_after", "Balance after", "The account's balance after this entry."),
    text("job", "Job", "Id of the job, if it was about one."),
    text("order", "Order", "Id of the order, if it was about one."),
    text("reason", "Reason", "The reason given, if any."),
)


def entries(question: Question) -> QuerySet[Entry]:
    """Return the entries of the period: everyone's, or those of one user's pool."""
    found = Entry.objects.filter(contract_id=question.contract_id, **question.period.within())
    if question.user_id is not None:
        found = found.filter(pool__user_id=question.user_id)
    if question.kinds:
        found = found.filter(transaction__kind__in=question.kinds)
    if question.account:
        found = found.filter(account=question.account)
    if question.service is not None:
        found = found.filter(transaction__job__service__code=question.service)
    if question.project is not None:
        found = found.filter(transaction__job__project=question.project)
    return found.filter(pool_id=question.pool_id) if question.pool_id else found


def rows(question: Question) -> Iterator[Row]:
    """Yield the entries in the order of the journal."""
    listed = (
        entries(question)
        .annotate(pool_user=email_of("pool__user"))
        .order_by("seq")
        .values_list(
            *("seq", "at", "transaction_id", "transaction__kind", "account", "pool_id", "pool__kind", "pool_user"),
            *("lot_id", "amount_mt", "balance_after_mt", "transaction__job_id", "transaction__order_id"),
            "transaction__reason",
        )
    )
    yield from listed.iterator(chunk_size=CHUNK)


def count_rows(question: Question, limit: int) -> int:
    """Return how many entries there are, up to `limit`."""
    return up_to(entries(question), limit)
