"""The commands of the write pipeline: what a caller may ask of the books of one contract. Plain data."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.errors import LedgerError
from ledger.models import Kind, LotSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Put a new lot into a pool: a gift, a purchase, a correction upwards or imported funds."""

    pool_id: UUID
    amount_mt: int
    source: LotSource
    kind: Kind
    expires_at: datetime | None = None
    order_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduct:
    """Take tokens out of a pool: a correction downwards."""

    pool_id: UUID
    amount_mt: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocate:
    """Move tokens from the shared pool to an individual one; the lots keep their expiry."""

    shared_id: UUID
    individual_id: UUID
    amount_mt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Move unused allocated tokens back to the shared pool, each part into the lot it came from."""

    shared_id: UUID
    individual_id: UUID
    amount_mt: int


@dataclass(frozen=True, slots=True)
class JobOrder:
    """A job as its user orders it: `quantity_m` thousandths of the service's unit, from a pool of theirs or any.

    Once the contract's lock is had, it becomes a `StartJob` with its price, or its refusal. A program may name the user
    by `email` (in lower case) in place of `user_id`; the member is then looked up with the lock.
    """

    contract_id: UUID
    user_id: int | None
    service: str
    quantity_m: int = 1000
    pool_id: UUID | None = None
    quote_id: UUID | None = None
    project: str = ""
    comment: str = ""
    external_id: str = ""
    job_id: UUID | None = None
    email: str = ""


class StartJob(NamedTuple):
    """Hold a job's whole price. `pool_ids` are the pools its user may use, in the order to try them."""

    job_id: UUID
    service_id: UUID
    service: str
    user_id: int
    user: str
    pool_ids: tuple[UUID, ...]
    price_mt: int
    quantity_m: int
    refund_policy: str
    pool_id: UUID | None = None
    rate_id: UUID | None = None
    quote_id: UUID | None = None
    timeout_s: int | None = None
    project: str = ""
    comment: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportResults:
    """Count results; the first captures the hold, or `amount_mt` of it.

    `overage` charges what goes beyond the hold too, where the job's pool can pay it, instead of refusing.
    """

    job_id: UUID
    count: int = 1
    amount_mt: int | None = None
    overage: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteJob:
    """End a job well; without any result reported, capture its whole hold."""

    job_id: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailJob:
    """End a failed job: release its hold, or treat its charge as the service's refund policy says."""

    job_id: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelJob:
    """End a job at its user's wish, where the service's refund policy lets it."""

    job_id: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundJob:
    """Give the charge of an ended job back, after a person decided so."""

    job_id: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOutJob:
    """Release the hold of a job that nobody settled in time; nothing happens if somebody did."""

    job_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireDue:
    """Expire what is due in these pools. Every command does so for the pools it touches; this does nothing else."""

    pool_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An item that was refused before it reached the books, in its place among the others."""

    refusal: LedgerError


JobCommand = StartJob | ReportResults | CompleteJob | FailJob | CancelJob | RefundJob | TimeOutJob
Command = Grant | Deduct | Allocate | TakeBack | JobOrder | JobCommand | ExpireDue | Refused
