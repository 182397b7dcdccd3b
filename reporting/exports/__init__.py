"""Exports of what the reports show: datasets with documented columns, and their writers. docs/exports.md lists them."""

from reporting.exports.cells import harmless
from reporting.exports.datasets import DATASETS

__all__ = ["DATASETS", "harmless"]
