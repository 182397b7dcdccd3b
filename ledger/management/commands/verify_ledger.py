"""`manage.py verify_ledger`: recompute every balance from the journal and report differences."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.verification import INVARIANTS, differences


class Command(BaseCommand):
    """Exit status 0 for sound books, 1 otherwise; names each broken invariant and row."""

    help = "Recompute every pool, lot and job from the journal's entries and report every difference."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(differences())
        for difference in found:
            self.stderr.write(f"{difference.invariant}: {difference.row} ({difference.detail})")
        if found:
            raise CommandError(f"{len(found)} differences found.", returncode=1)
        self.stdout.write(f"The books are sound: {len(INVARIANTS)} invariants hold.")
