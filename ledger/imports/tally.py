"""Counts what the ledger answered to a log's jobs. A replayed answer counts like a fresh one."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from ledger.errors import InsufficientTokens
from ledger.imports.events import Event
from ledger.imports.jobs import ImportedJob, Outcome
from ledger.imports.times import moment
from ledger.posting import Answer, JobView

MAX_LISTED: Final = 100


@dataclass(slots=True)
class Line:
    """Jobs of one outcome; amounts are milli-tokens."""

    jobs: int = 0
    charged_mt: int = 0
    refunded_mt: int = 0


@dataclass(slots=True)
class Over:
    """Jobs that used more than their hold, by how much (milli-tokens), and what of it nobody could pay."""

    jobs: int = 0
    over_mt: int = 0
    unpaid_jobs: int = 0
    unpaid_mt: int = 0
    listed: list[tuple[str, int, int]] = field(default_factory=list)

    def add(self, number: str, over_mt: int, unpaid_mt: int) -> None:
        """Take note of a job."""
        self.jobs += 1
        self.over_mt += over_mt
        if unpaid_mt:
            self.unpaid_jobs += 1
            self.unpaid_mt += unpaid_mt
        if len(self.listed) < MAX_LISTED:
            self.listed.append((number, over_mt, unpaid_mt))


@dataclass(slots=True)
class Tally:
    """The figures of an import as they come in. Amounts are milli-tokens."""

    outcomes: dict[Outcome, Line] = field(default_factory=lambda: {outcome: Line() for outcome in Outcome})
    over: Over = field(default_factory=Over)
    accepted: int = 0
    refused: int = 0
    split_holds: int = 0
    given_back_mt: int = 0
    by: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, event: Event, answer: Answer) -> None:
        """Take note of what became of a start or an end."""
        result = answer.results[-1]
        if event.is_end:
            # The end of a job whose start was refused finds no job, and there is nothing to count.
            if isinstance(result, JobView):
                self._add_end(event, result)
        elif isinstance(result, JobView):
            self.accepted += 1
            self.split_holds += len(result.lots) > 1
        else:
            assert isinstance(result, InsufficientTokens), f"a start is refused for want of tokens only: {result}"
            self.refused += 1

    def _add_end(self, event: Event, view: JobView) -> None:
        job = event.job
        line = self.outcomes[job.outcome]
        line.jobs += 1
        line.charged_mt += view.captured_mt
        line.refunded_mt += view.refunded_mt
        self.given_back_mt += max(view.price_mt - view.captured_mt, 0) + view.refunded_mt
        self._add_net(job, event.at_s, view.captured_mt - view.refunded_mt)
        if over_mt := job.over_hold_mt:
            self.over.add(job.number, over_mt, job.charge.cost_mt - view.captured_mt)

    def _add_net(self, job: ImportedJob, end_s: int, net_mt: int) -> None:
        self.by["user"][job.user] += net_mt
        self.by["service"][job.service] += net_mt
        self.by["contract"][job.contract] += net_mt
        if net_mt:
            self.by["month"][f"{moment(end_s):%Y-%m}"] += net_mt

    @property
    def net_mt(self) -> int:
        """What was kept of all charges."""
        return sum(line.charged_mt - line.refunded_mt for line in self.outcomes.values())
