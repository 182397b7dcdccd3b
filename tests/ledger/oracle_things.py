"""What the oracle keeps books of: lots and jobs as plain objects, and how it refuses. Amounts are milli-tokens."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

NEVER = datetime.max.replace(tzinfo=UTC)
Answer = dict[str, Any]


@dataclass(eq=False)
class Lot:
    pool: str
    amount: int
    granted: datetime
    expires: datetime | None
    until: datetime
    parent: "Lot | None" = None
    source: str = "gift"
    remaining: int = 0
    held: int = 0
    id: UUID | None = None

    def rank(self) -> tuple[Any, ...]:
        return (self.until, self.remaining, self.granted, self.id)


@dataclass(eq=False)
class Job:
    user: str
    price: int
    refundable: bool
    pool: str
    draws: list[tuple[Lot, int]]
    created: datetime
    deadline: datetime
    status: str = "running"
    captured: int = 0
    refunded: int = 0
    results: int = 0
    reason: str = ""
    first_result: datetime | None = None
    ended: datetime | None = None
    id: UUID | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def has_ended(self) -> bool:
        return self.status not in ("running", "producing")

    @property
    def pools(self) -> set[str]:
        return {self.pool, *(lot.pool for lot, _ in self.draws)}

    def lots(self) -> list[tuple[Lot, int]]:
        seen: dict[Lot, int] = {}
        for lot, amount in self.draws:
            seen[lot] = seen.get(lot, 0) + amount
        return list(seen.items())

    def answer(self) -> Answer:
        return {
            "status": self.status,
            "captured": self.captured,
            "refunded": self.refunded,
            "results": self.results,
            "lots": [(lot.id, amount) for lot, amount in self.lots()],
        }


@dataclass(frozen=True)
class Use:
    """A charge or a refund as usage counts it: at its own time, in the pool that pays."""

    at: datetime
    job: Job
    pool: str
    jobs: int = 0
    charged: int = 0
    refunded: int = 0


class Refusal(Exception):
    """A code and its facts; `able` are the other pools that would do."""

    def __init__(self, code: str, *, able: tuple[str, ...] = (), **facts: int) -> None:
        self.code, self.facts, self.able = code, facts, able
        self.answer: Answer = {"refused": code, **facts}


def too_few(required: int, available: int, able: tuple[str, ...] = ()) -> Refusal:
    return Refusal("insufficient_tokens", able=able, required=required, available=available)
