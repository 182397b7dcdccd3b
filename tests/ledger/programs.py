"""Random programs: the same steps for the oracle and for the ledger, with every answer compared."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol
from uuid import UUID

from ledger.amounts import parse_milli
from ledger.errors import LedgerError
from ledger.posting import JobView, Posted
from tests.ledger.oracle import Answer, Lot, Oracle
from tests.ledger.steps import START

SERVICES = {
    "analysis": (5_000, True),
    "simulation": (10_000, True),
    "generative_study": (11_000, False),
    "model_derivative": (500, True),
    "rendering_standard": (0, True),
}
VERBS = {
    "start": 30,
    "report": 12,
    "complete": 12,
    "fail": 8,
    "cancel": 8,
    "refund": 6,
    "grant": 10,
    "allocate": 8,
    "take_back": 8,
    "deduct": 4,
    "sweep": 3,
}


WAITS_S = [1, 60, 3_600, 20_000, 90_000, 400_000, 1_500_000, -1, -50_000, -500_000]


@dataclass(frozen=True, slots=True)
class Step:
    """One request: what, when (the clock may be set back), and numbers that say of how much and of which."""

    verb: str
    wait_s: int
    amount: int
    which: int
    option: int


class World(Protocol):
    """A ledger that is asked the way the oracle is."""

    def do(self, at: datetime, verb: str, **wanted: Any) -> Answer: ...
    def new_lots(self) -> dict[UUID, UUID | None]:
        """The lots that the last request made, each with the lot it is a part of."""
        ...


def random_step(random: Random) -> Step:
    return Step(
        verb=random.choices(list(VERBS), list(VERBS.values()))[0],
        wait_s=random.choice(WAITS_S),
        amount=random.randint(1, 40) * 500,
        which=random.randrange(10_000),
        option=random.randrange(6),
    )


def wanted(step: Step, oracle: Oracle, at: datetime) -> dict[str, Any]:
    """Return what the step asks for in the oracle's words."""
    user = oracle.users[step.which % len(oracle.users)]
    pool = user if step.option % 2 else "shared"
    match step.verb:
        case "start":
            price, refundable = list(SERVICES.values())[step.amount % len(SERVICES)]
            chosen = (None, user, "shared")[step.option % 3]
            asked = {"user": user, "price": price, "refundable": refundable, "chosen": chosen}
        case "grant":
            life = (None, 10, 20, 45, 45, 90)[step.option]
            asked = {"pool": pool, "amount": step.amount, "expires": at + timedelta(days=life) if life else None}
        case "deduct":
            asked = {"pool": pool, "amount": step.amount}
        case "allocate" | "take_back":
            asked = {"user": user, "amount": step.amount}
        case "sweep":
            asked = {}
        case _:
            asked = {"number": max(0, len(oracle.jobs) - 1 - step.which % 8)}
    if step.verb == "report":
        asked |= {"count": 1 + step.option, "amount": step.amount % 6_000 if step.option > 3 else None}
    return asked


def run(steps: list[Step], oracle: Oracle, world: World) -> datetime:
    """Let both do the steps and compare what they answer; return what the clock shows then."""
    at = START
    for step in steps:
        asked = wanted(step, oracle, at + timedelta(seconds=step.wait_s))
        if "number" in asked and not oracle.jobs:
            continue
        at += timedelta(seconds=step.wait_s)
        expected = oracle.do(at, lambda asked=asked, verb=step.verb: getattr(oracle, verb)(**asked))
        met = world.do(at, step.verb, **asked)
        _name(oracle, world.new_lots())
        assert met == expected, (step, asked)
    return at


def _name(oracle: Oracle, made: dict[UUID, UUID | None]) -> None:
    """Give the oracle's new lots the ledger's names; a grant makes one lot, an allocation one of each parent."""
    nameless = {lot.parent.id if lot.parent else None: lot for lot in oracle.lots if lot.id is None}
    assert len(nameless) == len(made), "both made as many lots"
    for lot_id, parent_id in made.items():
        nameless[parent_id].id = lot_id


def plain(result: JobView | Posted | LedgerError) -> Answer:
    """The ledger's answer in the oracle's words."""
    if isinstance(result, LedgerError):
        facts = {name: parse_milli(result.extra[name]) for name in ("required", "available") if name in result.extra}
        return {"refused": result.code, **facts}
    if isinstance(result, Posted):
        return {"moved": result.amount_mt}
    return {
        "status": result.status,
        "captured": result.captured_mt,
        "refunded": result.refunded_mt,
        "results": result.results,
        "lots": list(result.lots),
    }


def lots_of(oracle: Oracle) -> dict[UUID | None, tuple[int, int, int, datetime]]:
    return {lot.id: _figures(lot) for lot in oracle.lots}


def _figures(lot: Lot) -> tuple[int, int, int, datetime]:
    return (lot.amount, lot.remaining, lot.held, lot.until)
