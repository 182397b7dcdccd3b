"""Explains a job's charge: its quote and rate, the lots it drew on, its results, refund and receipts. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from ledger.models import Account, Entry, Job, Lot, RefundRequest, Transaction
from ledger.pricing import price_of, steps_of


@dataclass(frozen=True, slots=True)
class LotDrawn:
    """What a job took of one lot, in milli-tokens: held at its start, charged by a result, given back."""

    lot: Lot
    held_mt: int
    charged_mt: int
    refunded_mt: int


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction of the job with its entries."""

    transaction: Transaction
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How the rate made the price: `steps` started steps at `amount_mt` each, at least `minimum_mt`.

    `agrees`: the job was held at just this price, and not at one that was frozen otherwise.
    """

    steps: int
    step_m: int
    amount_mt: int
    minimum_mt: int
    agrees: bool

    @property
    def is_minimum(self) -> bool:
        return self.steps * self.amount_mt < self.minimum_mt


@dataclass(frozen=True, slots=True)
class ChargeExplained:
    """All that there is to say about a charge."""

    job: Job
    steps: tuple[Step, ...]
    lots: tuple[LotDrawn, ...]
    requests: tuple[RefundRequest, ...]
    arithmetic: Arithmetic | None

    def step(self, kind: str) -> Step | None:
        """Return the job's transaction of a kind; there is one at most."""
        return next((step for step in self.steps if step.transaction.kind == kind), None)


def explain_charge(job: Job) -> ChargeExplained:
    """Return the explanation with three statements. `job` comes with its rate selected."""
    transactions = list(Transaction.objects.filter(contract_id=job.contract_id, job_id=job.pk).order_by("first_seq"))
    entries = _entries(job.contract_id, transactions)
    steps = tuple(
        Step(each, tuple(entry for entry in entries if each.first_seq <= entry.seq <= each.last_seq))
        for each in transactions
    )
    return ChargeExplained(
        job=job,
        steps=steps,
        lots=tuple(_lots(entries)),
        requests=tuple(job.refund_requests.select_related("requested_by", "decided_by")),
        arithmetic=_arithmetic(job),
    )


def _entries(contract_id: UUID, transactions: Iterable[Transaction]) -> list[Entry]:
    numbers = [seq for each in transactions for seq in range(each.first_seq, each.last_seq + 1)]
    found = Entry.objects.filter(contract_id=contract_id, seq__in=numbers)
    return list(found.select_related("lot", "pool__user").order_by("seq"))


def _lots(entries: Iterable[Entry]) -> Iterable[LotDrawn]:
    by_lot: dict[UUID, list[Entry]] = {}
    for entry in entries:
        if entry.lot_id is not None:
            by_lot.setdefault(entry.lot_id, []).append(entry)
    for of_lot in by_lot.values():
        lot = of_lot[0].lot
        assert lot is not None, "these entries have a lot"
        yield LotDrawn(
            lot=lot,
            held_mt=_plus(of_lot, Account.HELD),
            charged_mt=_plus(of_lot, Account.USED),
            refunded_mt=-sum(
                entry.amount_mt for entry in of_lot if entry.account == Account.USED and entry.amount_mt < 0
            ),
        )


def _plus(entries: Iterable[Entry], account: Account) -> int:
    return sum(entry.amount_mt for entry in entries if entry.account == account and entry.amount_mt > 0)


def _arithmetic(job: Job) -> Arithmetic | None:
    rate = job.rate
    if rate is None:
        return None
    price_mt = price_of(job.quantity_m, rate.amount_mt, rate.step_m, rate.minimum_mt)
    steps = steps_of(job.quantity_m, rate.step_m)
    return Arithmetic(steps, rate.step_m, rate.amount_mt, rate.minimum_mt, agrees=price_mt == job.price_mt)
