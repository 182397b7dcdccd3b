"""Whatever was folded and whatever is asked: the report equals what one adds up from the journal by hand."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import InsufficientTokens
from ledger.models import Account, Contract, Entry, Kind, Pool, Role
from reporting.models import UsageSum
from reporting.rollups import fold, fold_chunk, refold
from reporting.usage import GROUPS, UsageScope, usage
from tests.reporting.conftest import LONG_AGO, Work

SERVICES = ("analysis", "model_derivative", "generative_study_extension", "cfd_moderate")
OUTCOMES = ("complete", "half", "free", "refunded", "failed", "running")


@dataclass
class Question:
    """What a report is asked: filters, grouping and limits."""

    group_by: tuple[str, ...]
    from_at: datetime | None
    to_at: datetime | None
    user: User | None = None
    service: str | None = None
    project: str | None = None
    pool: Pool | None = None


hours = st.integers(0, 40) | st.integers(200, 900)
"""Until something happens; months pass in some histories, because whole months are summed apart."""
events = st.tuples(
    st.just("work"),
    st.integers(0, 1),
    st.sampled_from(SERVICES),
    st.sampled_from(OUTCOMES),
    st.sampled_from(["", "bridge", "=SUM(A1)"]),
    hours,
)
funds = st.tuples(st.just("fund"), st.integers(0, 1), st.integers(1, 12), hours)
folds = st.tuples(st.just("fold"), st.integers(1, 12)) | st.just(("fold all",)) | st.just(("refold",))


@st.composite
def instants(draw: st.DrawFn, last: datetime) -> datetime:
    """An instant not long before the last event, sometimes midnight, sometimes the event's own."""
    back = timedelta(hours=draw(st.integers(-3, 150) | st.integers(150, 2500)))
    match draw(st.sampled_from(["any", "midnight", "own"])):
        case "any":
            return last - back + timedelta(minutes=7)
        case "midnight":
            return (last - back).replace(hour=0, minute=0)
    return last


@st.composite
def questions(draw: st.DrawFn, people: list[User], pools: list[Pool], last: datetime) -> Question:
    choices = {"user": people, "service": SERVICES, "project": ["", "bridge"], "pool": pools}
    filters = draw(st.just([]) | st.lists(st.sampled_from(sorted(choices)), unique=True, max_size=2))
    limits = {name: draw(st.none() | instants(last)) for name in ("from_at", "to_at")}
    return Question(
        group_by=tuple(draw(st.lists(st.sampled_from(GROUPS), unique=True, max_size=4))),
        **{name: draw(st.sampled_from(choices[name])) for name in filters},
        **limits,
    )


def names_of(entry: Entry) -> dict[str, str]:
    job = entry.transaction.job
    assert job is not None
    day = entry.at.astimezone(UTC).date()
    return {
        "service": job.service.code,
        "user": job.user.email,
        "project": job.project,
        "pool": str(entry.pool_id),
        "day": str(day),
        "week": str(day - timedelta(days=day.weekday())),
        "month": str(day)[:7],
    }


def is_asked_for(entry: Entry, names: dict[str, str], question: Question) -> bool:
    wanted = {
        "service": question.service,
        "user": question.user and question.user.email,
        "project": question.project,
        "pool": question.pool and str(question.pool.id),
    }
    return (
        all(value is None or names[name] == value for name, value in wanted.items())
        and (question.from_at is None or entry.at >= question.from_at)
        and (question.to_at is None or entry.at < question.to_at)
    )


def by_hand(contract_id: UUID, question: Question) -> dict[tuple[str, ...], list[int]]:
    """Add up jobs, charged and refunded from the entries, one by one."""
    totals: dict[tuple[str, ...], Counter[str]] = {}
    entries = Entry.objects.filter(contract_id=contract_id, transaction__kind__in=[Kind.CAPTURE, Kind.REFUND])
    for entry in entries.select_related("transaction__job__service", "transaction__job__user"):
        is_charge = entry.transaction.kind == Kind.CAPTURE and entry.seq == entry.transaction.first_seq
        names = names_of(entry)
        if (entry.account == Account.USED or is_charge) and is_asked_for(entry, names, question):
            total = totals.setdefault(tuple(names[name] for name in question.group_by), Counter())
            used_mt = entry.amount_mt if entry.account == Account.USED else 0
            total.update(jobs=is_charge, charged=max(used_mt, 0), refunded=max(-used_mt, 0))
    return {key: [total["jobs"], total["charged"], total["refunded"]] for key, total in totals.items()}


def reported(contract_id: UUID, question: Question) -> dict[tuple[str, ...], list[int]]:
    scope = UsageScope(
        (contract_id,),
        user_id=question.user and question.user.pk,
        service=question.service,
        project=question.project,
        pool_id=question.pool and question.pool.id,
    )
    report = usage(scope=scope, group_by=question.group_by, from_at=question.from_at, to_at=question.to_at)
    assert report.totals.net_mt == sum(row.net_mt for row in report.rows)
    assert [tuple(row.keys.values()) for row in report.rows] == sorted(tuple(row.keys.values()) for row in report.rows)
    return {tuple(row.keys.values()): [row.jobs, row.charged_mt, row.refunded_mt] for row in report.rows}


@pytest.fixture
def pools(contract_a: Contract, shared_a: Pool, bobs_pool: Pool, fund: Callable[..., None]) -> list[Pool]:
    """The shared pool and Bob's, with so little that a charge is sometimes paid from both together."""
    Contract.objects.update(allow_split=True)
    contract_a.memberships.exclude(role=Role.ADMINISTRATOR).update(uses_shared=True)
    fund(bobs_pool, "7", at=LONG_AGO)
    fund(bobs_pool, "3.5", at=LONG_AGO, expires_at=LONG_AGO + timedelta(days=30))
    fund(shared_a, "6", at=LONG_AGO)
    return [shared_a, bobs_pool]


@pytest.fixture
def do(pools: list[Pool], alice: User, bob: User, work: Work, fund: Callable[..., None]) -> Callable[..., None]:
    """Do one step at a time; work that cannot be paid is refused."""

    def step(what: Any, at: datetime) -> None:
        match what:
            case ("work", who, service, outcome, project, _):
                with suppress(InsufficientTokens):
                    work((bob, alice)[who], service, outcome, at=at, project=project)
            case ("fund", which, tokens, _):
                fund(pools[which], str(tokens), at=at)
            case ("fold", entries):
                fold_chunk(pools[0].contract_id, entries=entries)
            case ("fold all",):
                fold()
            case ("refold",):
                refold(pools[0].contract_id)

    return step


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data(), steps=st.lists(events | funds | folds, min_size=3, max_size=10))
def test_usage_equals_the_journal_after_every_step(
    do: Callable[..., None], pools: list[Pool], data: st.DataObject, steps: list[Any]
) -> None:
    contract_id, people = pools[0].contract_id, list(User.objects.filter(username__in=["alice", "bob"]))
    last = Entry.objects.filter(contract_id=contract_id).order_by("-seq").values_list("at", flat=True)[0]
    for step in steps:
        last += timedelta(hours=step[-1] if step[0] in ("work", "fund") else 0)
        do(step, last)
        question = data.draw(questions(people, pools, last))
        assert reported(contract_id, question) == by_hand(contract_id, question)


def test_a_charge_paid_from_two_pools_counts_once(pools: list[Pool], bob: User, work: Work) -> None:
    shared, bobs = pools
    work(bob, "cfd_moderate", at=LONG_AGO)  # costs 10 of Bob's 10.5
    work(bob, "analysis", at=LONG_AGO, pool_id=shared.id)  # costs 5 of the 6 shared ones
    work(bob, "model_derivative", at=LONG_AGO, quantity_m=3000)  # costs 1.5: neither pool has that
    for _ in range(2):
        rows = usage(scope=UsageScope((shared.contract_id,)), group_by=["pool"]).rows
        assert {row.keys["pool"]: (row.jobs, row.charged_mt) for row in rows} == {
            str(bobs.id): (2, 10_500),
            str(shared.id): (1, 6_000),
        }
        fold()


def days() -> list[tuple[Any, ...]]:
    """Return the sums of days that tell everything apart."""
    sums = UsageSum.objects.filter(level="day everything").order_by("starts_on")
    return list(sums.values_list("starts_on", "jobs", "charged_mt", "refunded_mt"))


def test_folding_twice_adds_nothing(pools: list[Pool], bob: User, work: Work) -> None:
    work(bob, at=LONG_AGO)
    work(bob, outcome="refunded", at=LONG_AGO + timedelta(days=1))
    assert fold() > 0
    first = days()
    assert fold() == 0
    refold()
    assert days() == first
    assert first == [(date(2026, 3, 2), 1, 5_000, 0), (date(2026, 3, 3), 1, 5_000, 5_000)]
