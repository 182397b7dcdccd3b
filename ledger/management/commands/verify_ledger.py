"""`manage.py verify_ledger`: recompute every balance from the journal and report differences."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.models import VerificationMode
from ledger.verification import INVARIANTS, verify


class Command(BaseCommand):
    """Exit status 0 for sound books, 1 otherwise; names each broken invariant and row, and keeps the result."""

    help = "Recompute every pool, lot, job and seal from the journal's entries and report every difference."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--full", action="store_true", help="everything, from the first entry on (the default)")
        which.add_argument("--since-last", action="store_true", help="what was posted since it last found no fault")

    def handle(self, *_args: Any, since_last: bool, **_options: Any) -> None:
        run = verify(mode=VerificationMode.INCREMENTAL if since_last else VerificationMode.FULL)
        for finding in run.findings.select_related("contract"):
            where = f" in contract {finding.contract.number}" if finding.contract else ""
            self.stderr.write(f"{finding.invariant}: {finding.row}{where} ({finding.detail})")
        if run.differences:
            raise CommandError(f"{run.differences} differences found.", returncode=1)
        looked_at = f"{run.transactions:,} transactions of {run.contracts:,} contracts"
        self.stdout.write(f"The books are sound: {len(INVARIANTS)} invariants hold, {looked_at} looked at.")
