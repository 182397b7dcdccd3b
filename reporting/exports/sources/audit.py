"""The audit log, for who may read it."""

from collections.abc import Iterator
from typing import Final

from django.db.models import Q, QuerySet

from ledger.models import AuditEvent
from reporting.exports.columns import Column, Row, instant, text
from reporting.exports.question import Question
from reporting.exports.sources.names import CHUNK, email_of, up_to

COLUMNS: Final[tuple[Column, ...]] = (
    instant("at", "When", "When it was done."),
    text("actor", "Who", "E-mail address of who did it; empty for the site itself."),
    text("action", "Did", "What was done, such as `member.role_changed`."),
    text("subject", "To", "To whom or what."),
    text("detail", "Detail", "The particulars."),
    text("id", "Event", "The event's id."),
)


def audit_events(question: Question) -> QuerySet[AuditEvent]:
    """Return the events of the period that the other filters leave."""
    events = AuditEvent.objects.filter(contract_id=question.contract_id, **question.period.within())
    if question.who:
        events = events.filter(actor__email__icontains=question.who)
    if question.words:
        events = events.filter(Q(subject__icontains=question.words) | Q(detail__icontains=question.words))
    kinds = Q()
    for beginning in question.beginnings:
        kinds |= Q(action__startswith=beginning)
    return events.filter(kinds)


def rows(question: Question) -> Iterator[Row]:
    """Yield the events, newest first."""
    named = audit_events(question).annotate(who=email_of("actor"))
    listed = named.order_by("-at", "-id").values_list("at", "who", "action", "subject", "detail", "id")
    yield from listed.iterator(chunk_size=CHUNK)


def count_rows(question: Question, limit: int) -> int:
    """Return how many events there are, up to `limit`."""
    return up_to(audit_events(question), limit)
