"""A year of believable work, as a plan: who runs what, when, how it ends. Pure: same seed, same year."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal

from portal.demo.people import ALICE, BOB, CAROL, DAVE, ERIN, FRANK, MALLORY, Person

DAYS: Final = 365
PROJECTS_A: Final = ("HARBOUR-BRIDGE", "RING-ROAD", "TERMINAL-3", "PUMP-HOUSING", "")
PROJECTS_B: Final = ("MILL-RACE", "")

Verb = Literal["start", "results", "complete", "fail", "cancel", "time_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How somebody works: jobs on an ordinary day; services as (code, weight, largest quantity)."""

    person: Person
    jobs_a_day: float
    services: tuple[tuple[str, int, int], ...]


HABITS_A: Final = (
    Habit(person=ALICE, jobs_a_day=0.3, services=(("generative_study", 1, 1), ("rendering_large", 3, 12))),
    Habit(person=CAROL, jobs_a_day=0.5, services=(("model_derivative", 3, 1), ("structural_analysis", 2, 1))),
    Habit(
        person=BOB,
        jobs_a_day=1.5,
        services=(
            ("generative_study", 6, 1),
            ("generative_study_extension", 1, 1),
            ("media_generation", 4, 40),
            ("cfd_simple", 2, 1),
            ("model_derivative", 3, 1),
        ),
    ),
    Habit(person=DAVE, jobs_a_day=0.15, services=(("analysis", 3, 1), ("simulation", 1, 1))),
    Habit(
        person=ERIN,
        jobs_a_day=1.0,
        services=(
            ("cfd_simple", 4, 1),
            ("cfd_moderate", 2, 1),
            ("cfd_complex", 1, 1),
            ("rendering_standard", 4, 1),
            ("rendering_large", 2, 20),
            ("structural_analysis", 3, 1),
        ),
    ),
    Habit(
        person=FRANK,
        jobs_a_day=0.9,
        services=(
            ("analysis", 8, 1),
            ("simulation", 4, 1),
            ("model_creation", 2, 1),
            ("optimization", 1, 5),
            ("design_automation", 4, 3),
        ),
    ),
)
HABITS_B: Final = (
    Habit(person=MALLORY, jobs_a_day=0.6, services=(("generative_study", 2, 1), ("media_generation", 3, 30))),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedJob:
    """One job of the plan. `quantity` is in whole units of its service."""

    number: int
    person: Person
    service: str
    quantity: int
    project: str
    results: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that happens to a job of the plan at a time."""

    at: datetime
    verb: Verb
    job: PlannedJob


def year_of_work(habits: Sequence[Habit], projects: Sequence[str], *, anchor: datetime, seed: str) -> list[Step]:
    """Return every step of the jobs of the 365 days before `anchor`'s day, in the order of time."""
    random = Random(seed)  # noqa: S311 (a story, not a secret)
    midnight = anchor.replace(hour=0, minute=0, second=0, microsecond=0)
    steps: list[Step] = []
    number = 0
    for day in range(DAYS, 0, -1):
        morning = midnight - timedelta(days=day)
        for habit in habits:
            for _ in range(_jobs_on(random, morning, habit)):
                number += 1
                job = _job(random, number, habit, projects)
                steps += _life(random, job, _working_hour(random, morning))
    return sorted(steps, key=lambda step: (step.at, step.job.number))


def jobs_of_today(*, anchor: datetime) -> list[Step]:
    """Return two jobs of Bob's that are still going on at `anchor`: one computing, one with results."""
    running = _today(900_001, "generative_study")
    producing = _today(900_002, "generative_study")
    return [
        Step(at=anchor - timedelta(minutes=25), verb="start", job=producing),
        Step(at=anchor - timedelta(minutes=9), verb="start", job=running),
        Step(at=anchor - timedelta(minutes=4), verb="results", job=producing),
    ]


def _today(number: int, service: str) -> PlannedJob:
    return PlannedJob(number=number, person=BOB, service=service, quantity=1, project="PUMP-HOUSING", results=1)


def _jobs_on(random: Random, morning: datetime, habit: Habit) -> int:
    """Return how many jobs somebody starts on a day: few in holidays and on Saturdays, none on Sundays."""
    mean = habit.jobs_a_day * (1.25 if morning.month in {3, 4, 10, 11} else 1)
    if morning.month == 8 or (morning.month == 12 and morning.day > 20):
        mean *= 0.4
    mean *= (1, 1.1, 1.1, 1, 0.9, 0.05, 0)[morning.weekday()]
    return sum(random.random() < mean / 3 for _ in range(3))


def _working_hour(random: Random, morning: datetime) -> datetime:
    return morning + timedelta(seconds=int(random.triangular(7, 18, 10) * 3600))


def _job(random: Random, number: int, habit: Habit, projects: Sequence[str]) -> PlannedJob:
    weights = [weight for _, weight, _ in habit.services]
    service, _, largest = random.choices(habit.services, weights)[0]
    return PlannedJob(
        number=number,
        person=habit.person,
        service=service,
        quantity=random.randint(1, largest),
        project=random.choice(projects),
        results=random.randint(1, 8) if service == "generative_study" else 1,
    )


def _life(random: Random, job: PlannedJob, start_at: datetime) -> Iterator[Step]:
    """Yield the steps of a job: most complete, some fail early or late, some are cancelled or forgotten."""
    yield Step(at=start_at, verb="start", job=job)
    chance = random.random()
    result_at = start_at + timedelta(seconds=random.randint(90, 5_400))
    end_at = result_at + timedelta(seconds=random.randint(30, 5_400))
    if job.number % 300 == 150:
        yield Step(at=start_at + timedelta(hours=24), verb="time_out", job=job)
    elif chance < 0.03:
        yield Step(at=result_at, verb="cancel", job=job)
    elif chance < 0.06:
        yield Step(at=result_at, verb="fail", job=job)
    else:
        yield Step(at=result_at, verb="results", job=job)
        yield Step(at=end_at, verb="fail" if chance < 0.085 else "complete", job=job)
