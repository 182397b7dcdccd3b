"""What the readers make of a log's lines, whatever its format. Plain data, for this package."""

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """How the log says a job ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One job as the log states it. Times are seconds since 1970; 0 is a count or a limit not given."""

    line: int
    number: str
    order: tuple[int, int]
    submit_s: int
    end_s: int
    run_s: int
    allocated: int
    requested: int
    limit_s: int
    ending: Ending
    reason: str
    user: str
    user_number: int
    group: str
    partition: str
    queue: str
    executable: str


@dataclass(frozen=True, slots=True)
class Unmoved:
    """A line that says nothing about money: one part of a job whose whole is told elsewhere."""

    line: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A line that cannot be understood, and why. It is reported and never guessed at."""

    line: int
    number: str
    reason: str
