"""Makes the file of an export: reads its rows and writes them in its format, telling how far it is."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from ledger.models import Contract, Pool
from portal.models.exports import Export, ExportFormat
from reporting.exports.about import About
from reporting.exports.columns import Row
from reporting.exports.csv_writer import csv_pieces
from reporting.exports.datasets import DATASETS
from reporting.exports.pdf_writer import write_statement
from reporting.exports.question import Question
from reporting.exports.statement import read_statement
from reporting.exports.xlsx_writer import write_xlsx

TELL_EVERY: int = 2_000
Told = Callable[[int], None]


def make_file(export: Export, path: Path, *, tell: Told) -> int:
    """Write the export's file to `path` and return how many rows it has; `tell` hears of every 2,000th."""
    question = Question.from_json(export.question)
    if export.format == ExportFormat.PDF:
        return _make_statement(export, question, path)
    counted = Counted(DATASETS[export.dataset].rows(question), tell)
    if export.format == ExportFormat.XLSX:
        write_xlsx(path, about(export, question), counted)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_pieces(DATASETS[export.dataset], counted))
    return counted.rows


def pieces(export: Export, *, done: Callable[[int, int], None]) -> Iterator[bytes]:
    """Yield an export's CSV as it is read; `done` hears of its rows and bytes at the end."""
    counted, size = Counted(DATASETS[export.dataset].rows(Question.from_json(export.question)), _nobody), 0
    for piece in csv_pieces(DATASETS[export.dataset], counted):
        data = piece.encode()
        size += len(data)
        yield data
    done(counted.rows, size)


def about(export: Export, question: Question) -> About:
    """Return what the file says about itself."""
    return About(
        dataset=DATASETS[export.dataset],
        contract=f"{export.contract.name} ({export.contract.number})",
        made_for=made_for(export),
        as_of=question.as_of,
        filters=[(label, value) for label, value in export.filters],
        zone=export.time_zone,
    )


def made_for(export: Export) -> str:
    """Return who asked."""
    return export.user.email or export.user.username if export.user else f"Service client {export.caller[7:]}"


class Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterable[Row], tell: Told) -> None:
        self._rows, self._tell, self.rows = rows, tell, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.rows += 1
            if self.rows % TELL_EVERY == 0:
                self._tell(self.rows)
            yield row


def _make_statement(export: Export, question: Question, path: Path) -> int:
    assert question.from_at is not None, "a statement has a month"
    assert question.to_at is not None, "a statement has a month"
    contract = Contract.objects.get(id=question.contract_id)
    pool = Pool.objects.select_related("user").get(id=question.pool_id) if question.pool_id else None
    as_of: datetime = question.as_of
    statement = read_statement(contract=contract, pool=pool, from_at=question.from_at, to_at=question.to_at, now=as_of)
    return write_statement(path, statement, made_for=made_for(export), as_of=as_of, zone=export.time_zone)


def _nobody(_rows: int) -> None:
    """Tell nobody."""
