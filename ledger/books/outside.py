"""Lets hledger and beancount recompute books that were written for them.

Both are other people's programs, started as programs: none of their code is imported, and the site works without.
"""

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

from ledger.amounts import MILLI
from ledger.books.export import Format
from ledger.models import POOL_ACCOUNTS, Account

Balances = dict[tuple[UUID, Account], int]
"""Milli-tokens by pool and account."""

NEEDED: Final[dict[Format, tuple[str, ...]]] = {"hledger": ("hledger",), "beancount": ("bean-check", "bean-query")}
_PER_ACCOUNT: Final = "SELECT account, sum(number) AS total WHERE currency = 'TOK' GROUP BY account"


class BooksRefused(Exception):
    """A program did not accept the books; the message is what it said."""


class ProgramMissing(Exception):
    """A program is not installed; the message is its name."""


def recompute(book_format: Format, file: Path) -> Balances:
    """Return what the program says every pool holds, after it accepted every transaction and assertion of the file.

    Raises:
        BooksRefused: a transaction does not balance, a lot lacks what is taken from it, or an assertion fails.
        ProgramMissing: a program is not installed.
    """
    return _by_hledger(file) if book_format == "hledger" else _by_beancount(file)


def version(book_format: Format) -> str:
    """Return what the program says of itself.

    Raises:
        ProgramMissing: it is not installed.
    """
    return _run(NEEDED[book_format][0], "--version").strip()


def _by_hledger(file: Path) -> Balances:
    options = ("--strict", "--flat", "--empty", "--real", "--no-total", "--output-format=csv")
    table = _run("hledger", "--file", file, "balance", *options)
    return _balances((account.split(":"), amount.split(" ")[0]) for account, amount in _rows(table))


def _by_beancount(file: Path) -> Balances:
    _run("bean-check", "--no-cache", file)
    table = _run("bean-query", "--format=csv", file, _PER_ACCOUNT)
    return _balances((account.replace(":P-", ":").lower().split(":"), amount) for account, amount in _rows(table))


def _rows(table: str) -> Iterator[list[str]]:
    rows = csv.reader(table.splitlines())
    next(rows)
    return rows


def _balances(rows: Iterator[tuple[list[str], str]]) -> Balances:
    """Add up `root:kind:pool:account[:lot]` by pool and account; other accounts are no pool's."""
    balances: Balances = {}
    for names, amount in rows:
        if len(names) >= 4 and names[3] in POOL_ACCOUNTS:
            key = (UUID(names[2]), Account(names[3]))
            balances[key] = balances.get(key, 0) + int(Decimal(amount.strip()) * MILLI)
    return balances


def _run(program: str, *arguments: str | Path) -> str:
    path = shutil.which(program)
    if path is None:
        raise ProgramMissing(program)
    # hledger reads files in the locale's encoding; beancount would leave a cache beside the file.
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
    command: Sequence[str | Path] = [path, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    if done.returncode:
        raise BooksRefused((done.stderr or done.stdout).strip())
    return done.stdout
