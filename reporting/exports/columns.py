"""What a column of an export is: its name for machines, its title for people, its kind and its meaning."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.functional import Promise

from ledger.rights import Right
from reporting.exports.question import Question

Row = tuple[Any, ...]


class ColumnKind(Enum):
    """How a value is written: thousandths and cents as decimal numbers, instants in UTC or in the reader's zone."""

    TEXT = "text"
    COUNT = "whole number"
    MILLI = "decimal number"
    CENTS = "money"
    INSTANT = "time"
    DAY = "date"
    DECIMAL = "exact decimal number"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Its name is kept for as long as the dataset's version is."""

    name: str
    kind: ColumnKind
    title: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table that can be exported. A column that changes its meaning, place or name raises `version`.

    `count` tells how many rows there are, but counts no further than the limit it is given.
    """

    name: str
    title: Promise
    version: int
    columns: tuple[Column, ...]
    right: Right
    rows: Callable[[Question], Iterator[Row]]
    count: Callable[[Question, int], int]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def text(name: str, title: str, meaning: str) -> Column:
    """Return a column of text."""
    return Column(name, ColumnKind.TEXT, title, meaning)


def count(name: str, title: str, meaning: str) -> Column:
    """Return a column of whole numbers."""
    return Column(name, ColumnKind.COUNT, title, meaning)


def milli(name: str, title: str, meaning: str) -> Column:
    """Return a column of thousandths: tokens, or a service's units."""
    return Column(name, ColumnKind.MILLI, title, meaning)


def instant(name: str, title: str, meaning: str) -> Column:
    """Return a column of instants."""
    return Column(name, ColumnKind.INSTANT, title, meaning)


def day(name: str, title: str, meaning: str) -> Column:
    """Return a column of dates."""
    return Column(name, ColumnKind.DAY, title, meaning)


def in_chunks(rows: Iterable[Row], size: int = 500) -> Iterator[list[Row]]:
    """Yield rows in lists, so that writing costs little for each."""
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
