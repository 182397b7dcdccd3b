"""What goes into the write pipeline and what comes out: requests under a key, and their answers.

Answers are stored with the key as JSON, so that the same request is answered the same way for ever.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from ledger.errors import BY_CODE, LedgerError
from ledger.ids import new_id
from ledger.posting.commands import Command

SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Who asks, under which key, for what: `fingerprint` is the SHA-256 (hex) of the request as it was given."""

    caller: str
    key: str
    fingerprint: str


class JobView(NamedTuple):
    """A job as one answer shows it. Amounts are milli-tokens; `lots` are what it drew: (lot, milli-tokens)."""

    id: UUID
    contract: UUID
    service: str
    user: str
    pool: UUID
    quantity_m: int
    status: str
    price_mt: int
    captured_mt: int
    refunded_mt: int
    results: int
    project: str
    comment: str
    external_id: str
    reason: str
    created_at: datetime
    first_result_at: datetime | None
    ended_at: datetime | None
    hold_expires_at: datetime | None
    lots: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True)
class Posted:
    """A command that moved tokens outside jobs: its transaction, how many (milli-tokens), when, of how many lots."""

    transaction: UUID | None
    amount_mt: int
    at: datetime
    lots: int = 1


Result = JobView | Posted | LedgerError
Note = dict[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Commands that one caller wants done under one key.

    `at` is the business time of an import; empty means now. `effect` writes what belongs to the same database
    transaction (an order, a decision); it runs under the contract's lock once the commands were accepted, may refuse
    by raising, and returns a note that is stored with the answer.
    """

    commands: Sequence[Command]
    idempotency: Idempotency | None = None
    all_or_nothing: bool = True
    at: datetime | None = None
    effect: Callable[[datetime], Note] | None = None
    part: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request: a result per command in order, or one refusal of the whole.

    A request that was refused before it reached the books is not `kept` with its key: it may be right the next time.
    """

    results: tuple[Result, ...]
    whole: bool = True
    note: Note | None = None
    replayed: bool = False
    kept: bool = True

    @property
    def refusal(self) -> LedgerError | None:
        """The refusal of the whole request, if it was refused whole."""
        first = self.results[0] if self.results else None
        return first if self.whole and isinstance(first, LedgerError) else None

    def require(self) -> "Answer":
        """Return the answer itself; raise its refusal when the request was refused whole."""
        if refusal := self.refusal:
            refusal.replayed = self.replayed
            raise refusal
        return self


def caller_of(request: Request) -> str:
    """Return who asked; requests without a key are the system's own."""
    return request.idempotency.caller if request.idempotency else SYSTEM


def system_key(name: str) -> Idempotency:
    """Return the idempotency of the system's own work called `name`, such as one gift."""
    return Idempotency(caller=SYSTEM, key=name, fingerprint=name[-64:])


def one_off() -> Idempotency:
    """Return a key that nobody will use again, for work that is idempotent by its own state."""
    return system_key(str(new_id()))


def dump_answer(answer: Answer) -> str:
    """Return the answer as JSON, to be stored with its key."""
    results = [_dump_result(result) for result in answer.results]
    # Ids and times become text here and not one by one, because a batch has thousands of them.
    return json.dumps(
        {"results": results, "whole": answer.whole, "note": answer.note}, separators=(",", ":"), default=_plain
    )


def load_answer(text: str) -> Answer:
    """Return the stored answer, marked as replayed."""
    data = json.loads(text)
    results = tuple(_load_result(item) for item in data["results"])
    return Answer(results=results, whole=data["whole"], note=data["note"], replayed=True)


def _plain(value: UUID | datetime) -> str:
    return value.hex if isinstance(value, UUID) else value.isoformat()


def _dump_result(result: Result) -> dict[str, Any]:
    if isinstance(result, JobView):
        return {"job": result._asdict()}
    if isinstance(result, Posted):
        return {"posted": asdict(result)}
    return {"code": result.code, "detail": result.detail, "field": result.field, "extra": result.extra}


_TIMES: Final = frozenset({"created_at", "first_result_at", "ended_at", "hold_expires_at", "at"})
_IDS: Final = frozenset({"id", "contract", "pool", "transaction"})


def _load_result(data: dict[str, Any]) -> Result:
    if "code" in data:
        return BY_CODE[data["code"]](data["detail"], field=data["field"], **data["extra"])
    if "posted" in data:
        return Posted(**{name: _rich(name, value) for name, value in data["posted"].items()})
    return JobView(**{name: _rich(name, value) for name, value in data["job"].items()})


def _rich(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _IDS:
        return UUID(value)
    if name in _TIMES:
        return datetime.fromisoformat(value)
    if name == "lots" and isinstance(value, list):
        return tuple((UUID(lot), amount_mt) for lot, amount_mt in value)
    return value
