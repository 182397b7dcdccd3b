"""The first of the two passes over a log: who and what stands in it, before anything is written."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from ledger.imports.jobs import ImportedJob, JobLog
from ledger.imports.rows import Quarantined

MAX_LISTED: Final = 100


@dataclass(slots=True)
class Survey:
    """What stands in a log. `lateness_s` is how much later a job above another one was submitted, at most."""

    jobs: int = 0
    unmoved: int = 0
    quarantined: list[Quarantined] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    services: set[str] = field(default_factory=set)
    members: set[tuple[str, str]] = field(default_factory=set)
    need_mt: Counter[str] = field(default_factory=Counter)
    first_s: int | None = None
    last_s: int = 0
    lateness_s: int = 0

    @property
    def users(self) -> set[str]:
        """The users of the log."""
        return {user for _, user in self.members}

    def add(self, job: ImportedJob, newest_s: int) -> None:
        """Take note of a job; `newest_s` is the latest submit time up to it."""
        self.jobs += 1
        self.services.add(job.service)
        self.members.add((job.contract, job.user))
        self.need_mt[job.contract] += max(job.charge.hold_mt, job.charge.cost_mt)
        self.first_s = job.submit_s if self.first_s is None else min(self.first_s, job.submit_s)
        self.last_s = max(self.last_s, job.end_s)
        self.lateness_s = max(self.lateness_s, newest_s - job.submit_s)


def survey(log: JobLog) -> Survey:
    """Read the whole log once and return what stands in it.

    Raises:
        ImportRefused: the file cannot be read.
    """
    found, newest_s = Survey(), 0
    for item in log.jobs():
        if isinstance(item, ImportedJob):
            newest_s = max(newest_s, item.submit_s)
            found.add(item, newest_s)
        elif isinstance(item, Quarantined):
            found.reasons[item.reason] += 1
            if len(found.quarantined) < MAX_LISTED:
                found.quarantined.append(item)
        else:
            found.unmoved += 1
    return found
