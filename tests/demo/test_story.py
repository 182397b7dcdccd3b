"""The example's year as a plan: the same whenever it is planned, in order, and over before the example begins."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.demo.people import DAVE
from portal.demo.story import HABITS_A, PROJECTS_A, Step, year_of_work

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
anchors = st.integers(0, 15 * 365 * 24).map(lambda hours: FIRST + timedelta(hours=hours))


def plan(anchor: datetime) -> list[Step]:
    return year_of_work(HABITS_A, PROJECTS_A, anchor=anchor, seed="A")


def test_the_same_seed_gives_the_same_year() -> None:
    anchor = datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert plan(anchor) == plan(anchor)
    assert plan(anchor) != year_of_work(HABITS_A, PROJECTS_A, anchor=anchor, seed="B")


@given(anchors)
def test_every_job_starts_once_goes_on_in_order_and_ends(anchor: datetime) -> None:
    lives: dict[int, list[Step]] = defaultdict(list)
    steps = plan(anchor)
    assert steps == sorted(steps, key=lambda step: step.at)
    for step in steps:
        lives[step.job.number].append(step)
    for life in lives.values():
        verbs = [step.verb for step in life]
        assert verbs[0] == "start"
        assert verbs[1:-1] in ([], ["results"])
        assert verbs[-1] in {"complete", "fail", "cancel", "time_out"}


@given(anchors)
def test_the_year_covers_the_days_before_today(anchor: datetime) -> None:
    starts = [step.at for step in plan(anchor) if step.verb == "start"]
    midnight = anchor.replace(hour=0, minute=0, second=0, microsecond=0)
    assert midnight - timedelta(days=365) <= min(starts)
    assert max(starts) < midnight


@given(anchors)
def test_who_has_individual_tokens_only_lives_within_the_gifts(anchor: datetime) -> None:
    tokens = {"analysis": 5, "simulation": 10}
    spent = [tokens[step.job.service] for step in plan(anchor) if step.verb == "start" and step.job.person == DAVE]
    assert sum(spent) <= 500
