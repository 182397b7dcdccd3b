"""Asking for an export: the filters of a page become a question, and a row that says how far its file is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.db.transaction import atomic
from django.http import QueryDict
from django.utils import timezone

from ledger.errors import InvalidRequest
from ledger.models import EVENT_KINDS, JobStatus, Membership, Pool
from ledger.rights import rights_of
from portal.exports import access
from portal.forms.audit import narrowed
from portal.models.exports import UNFINISHED, Export, ExportSchedule, ExportState
from portal.models.preferences import time_zone_of
from reporting.access import Viewer
from reporting.entry_filters import read_account, read_instant, read_kinds
from reporting.exports.about import filters_of, grouped_label, whose_label
from reporting.exports.columns import Dataset
from reporting.exports.question import LIVE, Question, question_of
from reporting.exports.statement import month_of
from reporting.filters import read_filter
from reporting.labels import pool_name

MOST_UNFINISHED: Final = 10
LONGEST_QUERY: Final = 2_000
_TICK: Final = timedelta(microseconds=1)
_WITHOUT_DATES: Final = frozenset({"jobs", "events", "lots", "orders", "audit"})
"""Whose pages show everything until dates are chosen."""


def question_from(membership: Membership, dataset: str, query: str, *, now: datetime) -> Question:
    """Return what a page with this query string shows to the member. A statement's names its `month` and `pool`.

    Raises:
        InvalidRequest: the filters mean nothing.
    """
    chosen = parse(query)
    if dataset == access.STATEMENT:
        return _statement(membership, chosen, now)
    if chosen.get("whose") == "all":
        chosen["scope"] = "contract"
    if dataset in _WITHOUT_DATES and not any(chosen.get(name) for name in ("range", "first", "last")):
        chosen["range"] = "all"
    found = read_filter(chosen, today=now.date())
    if found.errors:
        raise InvalidRequest(" ".join(found.errors), field="query")
    status = chosen.get("status") or None
    viewer = Viewer(membership, rights_of(membership))
    if dataset == "jobs" and status not in (None, LIVE, *JobStatus.values):
        status = None
    if dataset == "jobs" and not chosen.get("project"):
        found = replace(found, project=None)  # an empty field of the job list filters nothing
    return _narrowed(question_of(found, viewer, as_of=now, status=status), dataset, chosen, viewer)


def _narrowed(question: Question, dataset: str, chosen: QueryDict, viewer: Viewer) -> Question:
    """Return the question with the filters that only pages of events, entries, lots and the audit log have."""
    if dataset == "audit":
        return narrowed(question, chosen)
    if dataset == "lots":
        own = question.user_id is not None and question.pool_id is None
        expiring = "expiring" in chosen
        return replace(question, only_expiring=expiring, with_shared=expiring and own and viewer.sees_shared)
    if dataset == "events":
        return replace(question, kinds=tuple(kind for kind in read_kinds(chosen) if kind in EVENT_KINDS))
    if dataset == "entries":
        found = replace(question, kinds=read_kinds(chosen), account=read_account(chosen))
        after, until = _instants(chosen)
        return replace(found, from_at=after, to_at=until) if after or until else found
    return question


def _instants(chosen: QueryDict) -> tuple[datetime | None, datetime | None]:
    """Return the page's `after` and `until`, as beginning (inclusive) and end (exclusive)."""
    try:
        after, until = (read_instant(chosen.get(name, "")) for name in ("after", "until"))
        return after + _TICK if after else None, until + _TICK if until else None
    except ValueError:
        raise InvalidRequest("There is no such instant.", field="query") from None


def parse(query: str) -> QueryDict:
    """Return a page's query string, to be read and changed.

    Raises:
        InvalidRequest: it is longer than any page's, or holds a NUL, which PostgreSQL takes in no text.
    """
    if len(query) > LONGEST_QUERY:
        raise InvalidRequest("These are too many filters.", field="query")
    if "\0" in query or "%00" in query:
        raise InvalidRequest("A filter holds a NUL character.", field="query")
    return QueryDict(query.removeprefix("?"), mutable=True)


@atomic
def ask(
    *,
    membership: Membership,
    dataset: str,
    format_: str,
    question: Question,
    at_once: bool = False,
) -> Export:
    """Note that a member asks for an export; who makes it is the caller's to say. `at_once`: it is sent right away.

    Raises:
        Forbidden, NotFound: the member may not have it.
        InvalidRequest: no such export, or too many are waiting already.
    """
    table = access.dataset_of(dataset, format_)
    access.require(membership, table, question)
    caller = f"user:{membership.user_id}"
    if not at_once:
        require_room(unfinished_of(caller).count())
    return note(
        caller=caller,
        user_id=membership.user_id,
        dataset=table.name if table else access.STATEMENT,
        format_=format_,
        question=question,
        filters=in_words(membership, table, question),
        at_once=at_once,
    )


def unfinished_of(caller: str) -> QuerySet[Export]:
    """Return the exports of a caller that are still to be made."""
    return Export.objects.filter(caller=caller, state__in=UNFINISHED)


def require_room(unfinished: int) -> None:
    """Refuse another export to who has many under way.

    Raises:
        InvalidRequest: there are as many as one may have.
    """
    if unfinished >= MOST_UNFINISHED:
        raise InvalidRequest(f"{MOST_UNFINISHED} of your exports are waiting already. Wait for one of them.")


def note(
    *,
    caller: str,
    user_id: int | None,
    dataset: str,
    format_: str,
    question: Question,
    filters: Sequence[tuple[str, str]],
    at_once: bool = False,
    schedule: ExportSchedule | None = None,
    period_start: date | None = None,
) -> Export:
    """Keep that `caller` asks for an export which they were found to be allowed."""
    return Export.objects.create(
        contract_id=question.contract_id,
        user_id=user_id,
        caller=caller,
        dataset=dataset,
        format=format_,
        question=question.as_json(),
        filters=filters,
        time_zone=time_zone_of(user_id) if user_id else "UTC",
        state=ExportState.SENT if at_once else ExportState.QUEUED,
        asked_at=question.as_of,
        ended_at=timezone.now() if at_once else None,
        schedule=schedule,
        period_start=period_start,
    )


def in_words(membership: Membership, dataset: Dataset | None, question: Question) -> Sequence[tuple[str, str]]:
    """Return the filters as pairs of label and value, with names in place of ids."""
    names = dict(Membership.objects.filter(contract_id=question.contract_id).values_list("user_id", "user__email"))
    user = "" if question.user_id in (None, membership.user_id) else names.get(question.user_id or 0, "nobody")
    pool = Pool.objects.filter(id=question.pool_id).select_related("user").first() if question.pool_id else None
    label = "" if pool is None else pool_name(pool.kind, pool.user.email or pool.user.username if pool.user else "")
    found = filters_of(question, user=user, pool=label)
    if dataset is None or dataset.name in ("orders", "audit", "lots"):
        found = [line for line in found if line[0] not in (whose_label(), grouped_label())]
    return [line for line in found if line[0] != grouped_label() or (dataset and dataset.name == "usage")]


def _statement(membership: Membership, chosen: QueryDict, now: datetime) -> Question:
    """Return the question of a statement: of one pool, or without one of the whole contract."""
    try:
        from_at, to_at = month_of(date.fromisoformat(chosen.get("first") or f"{chosen.get('month', '')}-01"))
        pool_id = UUID(chosen.get("pool")) if chosen.get("pool") else None
    except (ValueError, OverflowError):
        raise InvalidRequest("Choose a month and whose tokens.", field="query") from None
    pool = Pool.objects.filter(id=pool_id, contract_id=membership.contract_id).first() if pool_id else None
    user_id = None if pool_id is None else pool.user_id if pool and pool.user_id else membership.user_id
    return Question(
        contract_id=membership.contract_id,
        user_id=user_id,
        pool_id=pool_id,
        as_of=now,
        from_at=from_at,
        to_at=to_at,
        viewer_id=membership.user_id,
    )
