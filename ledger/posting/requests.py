"""What goes into the write pipeline and what comes out: requests under a key, and their answers.

Answers are stored with the key as JSON, so that the same request is answered the same way for ever.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

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


class JobView(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A job as one answer shows it. Amounts are milli-tokens; `lots` are what it drew: (lot, milli-tokens).

    A stored answer leaves out what is empty: there is one for every charge.
    """

    id: UUID
    contract: UUID
    service: str
    user: str
    pool: UUID
    quantity_m: int
    status: str
    price_mt: int
    captured_mt: int = 0
    refunded_mt: int = 0
    results: int = 0
    project: str = ""
    comment: str = ""
    external_id: str = ""
    reason: str = ""
    created_at: datetime
    first_result_at: datetime | None = None
    ended_at: datetime | None = None
    hold_expires_at: datetime | None = None
    lots: tuple[tuple[UUID, int], ...]


class Posted(Struct, frozen=True):
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
    results = [_stored(result) for result in answer.results]
    return _encoder.encode(_StoredAnswer(results, answer.whole, answer.note)).decode()


def load_answer(text: str) -> Answer:
    """Return the stored answer, marked as replayed."""
    stored = _decoder.decode(text)
    return Answer(tuple(map(_result, stored.results)), whole=stored.whole, note=stored.note, replayed=True)


class _StoredRefusal(Struct):
    code: str
    detail: str
    field: str | None
    extra: dict[str, Any]


class _StoredResult(Struct, omit_defaults=True):
    """One of the three."""

    job: JobView | None = None
    posted: Posted | None = None
    refusal: _StoredRefusal | None = None


class _StoredAnswer(Struct):
    results: list[_StoredResult]
    whole: bool
    note: Note | None


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(_StoredAnswer)


def _stored(result: Result) -> _StoredResult:
    if isinstance(result, JobView):
        return _StoredResult(job=result)
    if isinstance(result, Posted):
        return _StoredResult(posted=result)
    return _StoredResult(refusal=_StoredRefusal(result.code, result.detail, result.field, result.extra))


def _result(stored: _StoredResult) -> Result:
    if refusal := stored.refusal:
        return BY_CODE[refusal.code](refusal.detail, field=refusal.field, **refusal.extra)
    result = stored.job or stored.posted
    assert result is not None, "a result is one of the three"
    return result
