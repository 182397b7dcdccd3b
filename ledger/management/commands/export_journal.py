"""`manage.py export_journal`: the books as plain-text accounting, for hledger or beancount."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.books import FORMATS, Format, heading, lines
from ledger.models import Contract


class Command(BaseCommand):
    """The books name people, so a file that it writes can be read by its owner only."""

    help = "Write the ledger as plain-text accounting with lots and balance assertions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", dest="book_format", choices=FORMATS, required=True)
        parser.add_argument("--contract", metavar="NUMBER", help="the books of one contract; all by default")
        parser.add_argument("--output", type=Path, metavar="FILE", help="where to write; the terminal by default")

    def handle(
        self, *_args: Any, book_format: Format, contract: str | None, output: Path | None, **_options: Any
    ) -> None:
        pieces = _books(_contracts(contract), book_format)
        if output is None:
            for piece in pieces:
                self.stdout.write(piece, ending="")
            return
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(pieces)


def _contracts(number: str | None) -> list[Contract]:
    contracts = list(Contract.objects.filter(number=number) if number else Contract.objects.all())
    if number and not contracts:
        raise CommandError(f"There is no contract {number}.")
    return contracts


def _books(contracts: list[Contract], book_format: Format) -> Iterator[str]:
    yield heading(book_format)
    for contract in contracts:
        yield from lines(contract_id=contract.id, book_format=book_format)
