"""The whole import: survey the log, open the books, replay its events, summarise. For the command."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ledger.errors import IdempotencyKeyReused, LedgerBusy
from ledger.imports.books import Terms, open_books
from ledger.imports.errors import ImportRefused
from ledger.imports.events import events
from ledger.imports.jobs import ImportedJob, JobLog
from ledger.imports.runner import Runner
from ledger.imports.summary import Document, disagreement, moved_in, summarise
from ledger.imports.survey import Survey, survey
from ledger.imports.tally import Tally
from ledger.imports.times import moment


@dataclass(frozen=True, slots=True)
class Progress:
    """Whom to tell how far the import is: how many events there are, and each time how many more are done."""

    expect: Callable[[int], object]
    advance: Callable[[int], object]


def import_log(log: JobLog, terms: Terms, progress: Progress) -> Document:
    """Import the log and return the summary. Run again, it changes nothing and returns the same figures.

    Raises:
        ImportRefused: the file cannot be read, the name belongs to another import, or the ledger is away.
    """
    started = time.monotonic()
    found = survey(log)
    progress.expect(2 * found.jobs)
    tally = Tally()
    try:
        moved = _post(log, terms, found, tally, progress)
    except IdempotencyKeyReused as error:
        raise ImportRefused(
            f"A log named {terms.log} was imported before with other jobs or options: choose another name with --log."
        ) from error
    except LedgerBusy as error:
        raise ImportRefused(f"{error.detail}. The same command goes on from here.") from error
    if problem := disagreement(tally, moved):
        raise ImportRefused(f"The answers and the books disagree. {problem}")
    return summarise(tally, found, moved, seconds=time.monotonic() - started)


def _post(log: JobLog, terms: Terms, found: Survey, tally: Tally, progress: Progress) -> dict[str, int]:
    books = open_books(terms, found)
    runner = Runner(terms.log, books, tally, progress=progress.advance)
    runner.run(events(_jobs(log), lateness_s=found.lateness_s))
    runner.close(found.last_s)
    return moved_in((contract.id for contract in books.contracts.values()), until=moment(found.last_s))


def _jobs(log: JobLog) -> Iterator[ImportedJob]:
    return (item for item in log.jobs() if isinstance(item, ImportedJob))
