"""Exports of what the reports show: datasets with documented columns, and their writers. docs/exports.md lists them."""

from collections.abc import Iterator

from reporting.exports.cells import harmless
from reporting.exports.csv_writer import csv_pieces
from reporting.exports.datasets import DATASETS
from reporting.exports.sources.usage import COLUMNS, rows_of
from reporting.usage import UsageReport

__all__ = ["COLUMNS", "DATASETS", "harmless", "usage_csv"]


def usage_csv(report: UsageReport) -> Iterator[str]:
    """Yield a usage report as CSV, piece by piece."""
    yield from csv_pieces(DATASETS["usage"], rows_of(report))
