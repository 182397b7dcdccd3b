"""Jobs, as the job list shows them."""

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet

from ledger.models import LIVE_STATUSES, Job
from reporting.exports.columns import Column, Row, count, instant, milli, text
from reporting.exports.question import LIVE, Question
from reporting.exports.sources.names import CHUNK, email_of, full_name_of, up_to

COLUMNS: Final[tuple[Column, ...]] = (
    text("id", "Job", "The job's id."),
    instant("created_at", "Started", "When the job was started."),
    text("status", "Status", "running, producing, completed, failed, cancelled or expired."),
    text("service", "Service", "The service's code."),
    text("service_name", "Service (name)", "The same for people."),
    text("product", "Product", "The product that the service belongs to."),
    text("user", "User", "E-mail address of the job's user."),
    text("user_name", "User (name)", "The same for people."),
    text("project", "Project", "The job's project code; empty without one."),
    text("comment", "Comment", "What the user wrote on the job."),
    text("external_id", "External id", "The job's id in the system that ran it."),
    milli("quantity", "Quantity", "How much was asked for, in the service's unit."),
    text("unit", "Unit", "The service's unit."),
    text("pool", "Pool", "Id of the pool that pays first."),
    milli("price", "Price", "Tokens held at the start."),
    milli("captured", "Charged", "Tokens consumed."),
    milli("refunded", "Refunded", "Tokens given back."),
    count("results", "Results", "How many results were reported."),
    text("reason", "Reason", "Why it failed or was cancelled."),
    instant("first_result_at", "First result", "When the first result was reported; empty before."),
    instant("ended_at", "Ended", "When the job ended; empty before."),
)


def jobs(question: Question) -> QuerySet[Job]:
    """Return the jobs that were started in the period."""
    found = Job.objects.filter(
        contract_id=question.contract_id, **question.period.within("created_at"), **question.job_conditions()
    )
    if question.status:
        found = found.filter(status__in=LIVE_STATUSES if question.status == LIVE else [question.status])
    return found.filter(pool_id=question.pool_id) if question.pool_id else found


def rows(question: Question) -> Iterator[Row]:
    """Yield the jobs, newest first."""
    named = jobs(question).annotate(user_email=email_of("user"), user_name=full_name_of("user"))
    listed = named.order_by("-created_at", "-id").values_list(
        *("id", "created_at", "status", "service__code", "service__name", "service__product__name"),
        *("user_email", "user_name", "project", "comment", "external_id", "quantity_m", "service__unit", "pool_id"),
        *("price_mt", "captured_mt", "refunded_mt", "results", "reason", "first_result_at", "ended_at"),
    )
    yield from listed.iterator(chunk_size=CHUNK)


def count_rows(question: Question, limit: int) -> int:
    """Return how many jobs there are, up to `limit`."""
    return up_to(jobs(question), limit)
