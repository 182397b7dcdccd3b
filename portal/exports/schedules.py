"""Schedules: an export by mail for each week or month that has ended, once each, whoever and however many work.

A period is claimed by moving the schedule on in the same transaction that asks for its export. Periods that ended
while no worker ran are made up for, one export each.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.transaction import atomic
from django.utils import timezone
from django.utils.http import urlencode

from ledger.errors import Forbidden, InvalidRequest, LedgerError
from ledger.models import Membership
from ledger.progress import SILENT, Progress
from portal.exports import access, asking, queue
from portal.models.exports import ExportSchedule, Rhythm
from portal.models.preferences import time_zone_of
from reporting.dates import next_month
from reporting.exports.question import Question

MOST_SCHEDULES: Final = 20
SENT_AT: Final = time(6)
"""In the user's zone, on the first morning after the period (which is in UTC)."""
_DATES: Final = ("range", "first", "last")


def create(*, membership: Membership, dataset: str, format_: str, query: str, rhythm: str) -> ExportSchedule:
    """Keep a member's wish; the first period is the one that is running.

    Raises:
        Forbidden, NotFound, InvalidRequest: the member may not have such an export, or has too many.
    """
    if rhythm not in Rhythm.values:
        raise InvalidRequest("Choose every week or every month.", field="rhythm")
    now = timezone.now()
    kept = _without_dates(query)
    access.require(membership, access.dataset_of(dataset, format_), _question(membership, dataset, kept, rhythm, now))
    own = ExportSchedule.objects.filter(user_id=membership.user_id, stopped_at=None)
    if own.count() >= MOST_SCHEDULES:
        raise InvalidRequest(f"You have {MOST_SCHEDULES} schedules already. Stop one first.")
    start = _start_of_period(rhythm, now.date())
    return ExportSchedule.objects.create(
        contract_id=membership.contract_id,
        user_id=membership.user_id,
        dataset=dataset,
        format=format_,
        query=kept,
        rhythm=rhythm,
        period_start=start,
        due_at=_due_at(rhythm, start, membership.user_id),
    )


def stop(schedule: ExportSchedule, *, reason: str = "") -> bool:
    """End a schedule; False if it had ended already."""
    running = ExportSchedule.objects.filter(id=schedule.id, stopped_at=None)
    return bool(running.update(stopped_at=timezone.now(), stop_reason=reason[:200]))


def start_due(*, progress: Progress = SILENT) -> int:
    """Ask for every scheduled export whose period has ended, and return how many these were."""
    asked = 0
    while not progress.is_stopped():
        due = ExportSchedule.objects.filter(stopped_at=None, due_at__lte=timezone.now()).order_by("due_at")
        batch = list(due.select_related("contract", "user")[:100])
        if not batch:
            break
        for schedule in batch:
            asked += _start(schedule)
            progress.advance()
    return asked


@atomic
def _start(schedule: ExportSchedule) -> bool:
    """Claim the schedule's period and ask for it; False if another worker has claimed it, or it may not be had."""
    period, after = schedule.period_start, _next(schedule.rhythm, schedule.period_start)
    this = ExportSchedule.objects.filter(id=schedule.id, period_start=period, stopped_at=None)
    if not this.update(period_start=after, due_at=_due_at(schedule.rhythm, after, schedule.user_id)):
        return False
    member = Membership.objects.filter(contract_id=schedule.contract_id, user_id=schedule.user_id)
    membership = member.select_related("contract", "user").first()
    try:
        if membership is None:
            raise Forbidden("The contract has been left.")
        query = _with_dates(schedule.query, period, after)
        question = _asked(membership, schedule.dataset, query)
        table = access.dataset_of(schedule.dataset, schedule.format)
        access.require(membership, table, question)
    except LedgerError as refusal:
        stop(schedule, reason=refusal.detail)
        return False
    export = asking.note(
        caller=f"user:{schedule.user_id}",
        user_id=schedule.user_id,
        dataset=table.name if table else access.STATEMENT,
        format_=schedule.format,
        question=question,
        filters=asking.in_words(membership, table, question),
        schedule=schedule,
        period_start=period,
    )
    queue.put(export)
    return True


def _asked(membership: Membership, dataset: str, query: str) -> Question:
    return asking.question_from(membership, dataset, query, now=timezone.now())


def _question(membership: Membership, dataset: str, query: str, rhythm: str, now: datetime) -> Question:
    start = _start_of_period(rhythm, now.date())
    return _asked(membership, dataset, _with_dates(query, start, _next(rhythm, start)))


def _start_of_period(rhythm: str, day: date) -> date:
    return day.replace(day=1) if rhythm == Rhythm.MONTHLY else day - timedelta(days=day.weekday())


def _next(rhythm: str, start: date) -> date:
    return next_month(start) if rhythm == Rhythm.MONTHLY else start + timedelta(days=7)


def _due_at(rhythm: str, start: date, user_id: int) -> datetime:
    """Return six o'clock in the user's zone, the first time at or after the period's end."""
    end = datetime.combine(_next(rhythm, start), time(), UTC)
    zone = ZoneInfo(time_zone_of(user_id))
    morning = datetime.combine(end.astimezone(zone).date(), SENT_AT, zone)
    return morning if morning >= end else datetime.combine(morning.date() + timedelta(days=1), SENT_AT, zone)


def _without_dates(query: str) -> str:
    chosen = asking.parse(query)
    for name in _DATES:
        chosen.pop(name, None)
    return chosen.urlencode()


def _with_dates(query: str, first: date, after: date) -> str:
    days = {"first": first.isoformat(), "last": (after - timedelta(days=1)).isoformat()}
    return "&".join(part for part in (query, urlencode(days)) if part)
