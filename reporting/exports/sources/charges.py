"""The raw lines of usage: every charge and refund that the figures add up."""

from collections.abc import Iterator
from typing import Final

from django.db.models import Case, F, QuerySet, When

from ledger.models import Kind, Transaction
from reporting.exports.columns import Column, Row, count, instant, milli, text
from reporting.exports.question import Question
from reporting.exports.sources.names import CHUNK, email_of, full_name_of, up_to
from reporting.figures import net_of_transaction

COLUMNS: Final[tuple[Column, ...]] = (
    count("seq", "No.", "Number of the transaction's first entry in the contract's journal."),
    instant("at", "When", "When the charge or refund took effect."),
    text("kind", "What", "`capture` for a charge, `refund` for tokens given back."),
    milli("net", "Tokens", "What the line adds to the net usage: negative for a refund."),
    text("service", "Service", "The service's code."),
    text("service_name", "Service (name)", "The same for people."),
    text("user", "User", "E-mail address of the job's user."),
    text("user_name", "User (name)", "The same for people."),
    text("project", "Project", "The job's project code; empty without one."),
    text("comment", "Comment", "What the user wrote on the job."),
    text("external_id", "External id", "The job's id in the system that ran it."),
    milli("quantity", "Quantity", "How much was asked for, in the service's unit."),
    text("unit", "Unit", "The service's unit."),
    text("status", "Job is", "The job's status now."),
    text("job", "Job", "The job's id."),
    text("transaction", "Transaction", "The transaction's id."),
)
_FIELDS: Final = ("first_seq", "at", "kind", "net_mt", "job__service__code", "job__service__name")
_JOB_FIELDS: Final = ("job__project", "job__comment", "job__external_id", "job__quantity_m", "job__service__unit")


def transactions(question: Question) -> QuerySet[Transaction]:
    """Return the charges and refunds with `net_mt`, what each adds to the net usage."""
    found = Transaction.objects.filter(
        contract_id=question.contract_id,
        kind__in=(Kind.CAPTURE, Kind.REFUND),
        **question.period.within(),
        **question.job_conditions("job__"),
    )
    if question.pool_id is None:
        # A job is charged once and refunded once, so its own sums are the transactions'.
        whole = Case(When(kind=Kind.CAPTURE, then=F("job__captured_mt")), default=-F("job__refunded_mt"))
        return found.annotate(net_mt=whole)
    return found.annotate(net_mt=net_of_transaction(question.pool_id)).filter(net_mt__isnull=False)


def rows(question: Question) -> Iterator[Row]:
    """Yield the lines, oldest first."""
    named = transactions(question).annotate(user_email=email_of("job__user"), user_name=full_name_of("job__user"))
    lines = named.order_by("first_seq").values_list(
        *_FIELDS, "user_email", "user_name", *_JOB_FIELDS, "job__status", "job_id", "id"
    )
    yield from lines.iterator(chunk_size=CHUNK)


def count_rows(question: Question, limit: int) -> int:
    """Return how many lines there are, up to `limit`."""
    return up_to(transactions(question), limit)
