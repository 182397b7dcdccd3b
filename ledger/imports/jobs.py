"""Jobs as they will be imported: a log's row with its outcome, its contract, its service and its price."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ledger.imports.charges import MAX_PRICE_MT, Charge, Tariff
from ledger.imports.grouping import Grouping, unusable_key
from ledger.imports.rows import Ending, Quarantined, Row, Unmoved


class Outcome(StrEnum):
    """What an import makes of a job's end."""

    COMPLETED = "completed"
    CANCELLED_LATE = "cancelled_late"
    CANCELLED_EARLY = "cancelled_early"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ImportedJob:
    """A job of the log with all that the verbs need. Times are seconds since 1970."""

    number: str
    order: tuple[int, int]
    submit_s: int
    end_s: int
    outcome: Outcome
    reason: str
    user: str
    contract: str
    service: str
    charge: Charge

    @property
    def over_hold_mt(self) -> int:
        """What the job used beyond its hold, if it came to a first result."""
        if self.outcome is Outcome.CANCELLED_EARLY:
            return 0
        return max(self.charge.cost_mt - self.charge.hold_mt, 0)


@dataclass(frozen=True, slots=True)
class JobLog:
    """A log that can be read over and over: `read` starts again from the first line each time."""

    read: Callable[[], Iterator[Row | Unmoved | Quarantined]]
    grouping: Grouping
    tariff: Tariff
    first_result_after_s: int = 0

    def jobs(self) -> Iterator[ImportedJob | Unmoved | Quarantined]:
        """Yield each line's job, or what else became of the line. The first line with a number has it."""
        seen: set[tuple[int, int]] = set()
        for item in self.read():
            if not isinstance(item, Row):
                yield item
            elif item.order in seen:
                yield Quarantined(item.line, item.number, "another line before has the same job number")
            else:
                seen.add(item.order)
                yield self._job(item)

    def _job(self, row: Row) -> ImportedJob | Quarantined:
        contract, service = self.grouping.contract_of(row), self.grouping.service_of(row)
        keys = {"user": row.user, "contract": contract, "service": service}
        for name, key in keys.items():
            if reason := unusable_key(name, key):
                return Quarantined(row.line, row.number, reason)
        charge = self.tariff.charge(row, service)
        if charge is None:
            return Quarantined(row.line, row.number, f"service {service} is not on the rate card")
        if max(charge.hold_mt, charge.cost_mt) > MAX_PRICE_MT:
            return Quarantined(row.line, row.number, "the price is beyond all bounds")
        outcome = outcome_of(row, first_result_after_s=self.first_result_after_s)
        return ImportedJob(
            row.number,
            row.order,
            row.submit_s,
            row.end_s,
            outcome,
            row.reason,
            row.user,
            contract,
            service,
            charge,
        )


def outcome_of(row: Row, *, first_result_after_s: int) -> Outcome:
    """Return what the import makes of the end: a cancel is late once there can be a first result."""
    if row.ending is Ending.COMPLETED:
        return Outcome.COMPLETED
    if row.ending is Ending.FAILED:
        return Outcome.FAILED
    late = row.run_s > 0 and row.allocated > 0 and row.run_s >= first_result_after_s
    return Outcome.CANCELLED_LATE if late else Outcome.CANCELLED_EARLY
