"""Writes CSV (RFC 4180, UTF-8) piece by piece: the header at once, then rows as they are read."""

import csv
from collections.abc import Iterable, Iterator

from reporting.exports.cells import machine_texts
from reporting.exports.columns import Dataset, Row, in_chunks


class _Echo:
    """What csv writes to: gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_pieces(dataset: Dataset, rows: Iterable[Row]) -> Iterator[str]:
    """Yield the file in pieces. Times are UTC, amounts decimal numbers; memory does not grow with the rows."""
    writer = csv.writer(_Echo())
    yield writer.writerow(dataset.names)
    for chunk in in_chunks(rows):
        yield "".join(writer.writerow(machine_texts(dataset.columns, row)) for row in chunk)
