"""`manage.py check_books`: have hledger and beancount recompute every pool, and compare."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.books import FORMATS, Format
from ledger.books.outside import Balances, BooksRefused, ProgramMissing, recompute, version
from ledger.models import Account, Book, Pool

_ATTEMPTS = 5


class Command(BaseCommand):
    """Exit status 0 when every pool agrees, 1 otherwise; names each pool that does not."""

    help = "Export the books and have hledger and beancount, where asked, recompute every pool's balances."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--program", action="append", choices=FORMATS, help="one of them only; both by default")

    def handle(self, *_args: Any, program: list[Format] | None, **_options: Any) -> None:
        with TemporaryDirectory() as folder:
            wrong = [line for one in program or FORMATS for line in self._check(one, Path(folder) / f"books.{one}")]
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            raise CommandError(f"{len(wrong)} balances differ.", returncode=1)

    def _check(self, program: Format, file: Path) -> list[str]:
        """Print how many pools agree; return those that do not."""
        started = time.monotonic()
        try:
            name = version(program)
            ours = _export(program, file)
            exported = time.monotonic()
            theirs = recompute(program, file)
        except ProgramMissing as missing:
            raise CommandError(f"{missing} is not installed: run 'make books', or install {program}.") from missing
        except BooksRefused as refusal:
            raise CommandError(f"{program} refuses the books: {refusal}", returncode=1) from refusal
        wrong = [
            f"{program}: pool {pool_id} {account}: {theirs.get((pool_id, account))} mt, not {balance_mt} mt"
            for (pool_id, account), balance_mt in ours.items()
            if theirs.get((pool_id, account)) != balance_mt
        ]
        pools, differing = ({key[0] for key in ours}, {line.split()[2] for line in wrong})
        self.stdout.write(
            f"{name}: {len(pools) - len(differing)} of {len(pools)} pools agree "
            f"(export {exported - started:.1f} s, recomputed in {time.monotonic() - exported:.1f} s)"
        )
        return wrong


def _export(program: Format, file: Path) -> Balances:
    """Write the books and return what the pools' rows say, both of the same moment."""
    for _ in range(_ATTEMPTS):
        before = _ends()
        call_command("export_journal", book_format=program, output=file)
        balances = _pools()
        if _ends() == before:
            return balances
    raise CommandError("The books keep moving while they are read: try again when the site is quieter.")


def _ends() -> dict[object, int]:
    return dict(Book.objects.values_list("contract_id", "last_seq"))


def _pools() -> Balances:
    accounts = (Account.AVAILABLE, Account.HELD, Account.USED, Account.EXPIRED)
    rows = Pool.objects.order_by().values_list("id", "available_mt", "held_mt", "used_mt", "expired_mt")
    return {
        (pool_id, account): balance_mt
        for pool_id, *balances in rows
        for account, balance_mt in zip(accounts, balances, strict=True)
    }
