"""Statements that read and write any number of rows, the same on PostgreSQL and SQLite.

The ledger's hot path comes past the ORM here: compiling a query costs more than running it.
"""

from ledger.statements.reading import Query, read, select_rows
from ledger.statements.values import Row, Rows, among, many, named, on_postgresql, one, pairs
from ledger.statements.writing import Writes

__all__ = [
    "Query",
    "Row",
    "Rows",
    "Writes",
    "among",
    "many",
    "named",
    "on_postgresql",
    "one",
    "pairs",
    "read",
    "select_rows",
]
