"""The commands of the write pipeline: what a caller may ask of the books of one contract. Plain data.

A batch makes a thousand of them: a frozen dataclass takes five times as long to make as a Struct, and what can never be
part of a cycle is not for the collector to look at.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ledger.errors import LedgerError
from ledger.models import Kind, LotSource


class Grant(Struct, frozen=True, kw_only=True, gc=False):
    """Put a new lot into a pool: a gift, a purchase, a correction upwards or imported funds."""

    pool_id: UUID
    amount_mt: int
    source: LotSource
    kind: Kind
    expires_at: datetime | None = None
    order_id: UUID | None = None
    reason: str = ""


class Deduct(Struct, frozen=True, kw_only=True, gc=False):
    """Take tokens out of a pool: a correction downwards."""

    pool_id: UUID
    amount_mt: int
    reason: str


class Allocate(Struct, frozen=True, kw_only=True, gc=False):
    """Move tokens from the shared pool to an individual one; the lots keep their expiry."""

    shared_id: UUID
    individual_id: UUID
    amount_mt: int


class TakeBack(Struct, frozen=True, kw_only=True, gc=False):
    """Move unused allocated tokens back to the shared pool, each part into the lot it came from."""

    shared_id: UUID
    individual_id: UUID
    amount_mt: int


class JobOrder(Struct, frozen=True, gc=False):
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


class StartJob(Struct, frozen=True, kw_only=True, gc=False):
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


class ReportResults(Struct, frozen=True, kw_only=True, gc=False):
    """Count results; the first captures the hold, or `amount_mt` of it.

    `overage` charges what goes beyond the hold too, where the job's pool can pay it, instead of refusing.
    """

    job_id: UUID
    count: int = 1
    amount_mt: int | None = None
    overage: bool = False


class CompleteJob(Struct, frozen=True, kw_only=True, gc=False):
    """End a job well; without any result reported, capture its whole hold."""

    job_id: UUID
    reason: str = ""


class FailJob(Struct, frozen=True, kw_only=True, gc=False):
    """End a failed job: release its hold, or treat its charge as the service's refund policy says."""

    job_id: UUID
    reason: str = ""


class CancelJob(Struct, frozen=True, kw_only=True, gc=False):
    """End a job at its user's wish, where the service's refund policy lets it."""

    job_id: UUID
    reason: str = ""


class RefundJob(Struct, frozen=True, kw_only=True, gc=False):
    """Give the charge of an ended job back, after a person decided so."""

    job_id: UUID
    reason: str = ""


class TimeOutJob(Struct, frozen=True, kw_only=True, gc=False):
    """Release the hold of a job that nobody settled in time; nothing happens if somebody did."""

    job_id: UUID


class ExpireDue(Struct, frozen=True, kw_only=True, gc=False):
    """Expire what is due in these pools. Every command does so for the pools it touches; this does nothing else."""

    pool_ids: tuple[UUID, ...]


class Refused(Struct, frozen=True, kw_only=True):
    """An item that was refused before it reached the books, in its place among the others.

    The one command that may be part of a cycle: a raised refusal knows the frames that know this.
    """

    refusal: LedgerError


JobCommand = StartJob | ReportResults | CompleteJob | FailJob | CancelJob | RefundJob | TimeOutJob
Command = Grant | Deduct | Allocate | TakeBack | JobOrder | JobCommand | ExpireDue | Refused
