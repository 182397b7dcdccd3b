"""Folds new entries into the rollup, in the background and never while somebody waits for a charge.

Called by the commands `fold_usage` and `worker`. Entries of a contract are numbered without gaps under the
lock of its book, so whoever sees number n sees all before it: the mark is a safe place to go on from.
"""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.db.transaction import atomic

from ledger.models import Book, Transaction
from ledger.progress import SILENT, Progress
from reporting.figures import entries_above, used_entries
from reporting.models import DayStart, FoldMark, PoolEvent, UsageSum
from reporting.places import add_places
from reporting.sums import add_to_sums

CHUNK_ENTRIES: Final = 20_000


def fold(contract_id: UUID | None = None, *, progress: Progress = SILENT) -> int:
    """Fold what is new, of one contract or of all, and return how many entries were passed.

    Each chunk is a transaction of its own, so it may be stopped at any moment and run twice at once.
    """
    passed = 0
    behind = _contracts_behind(contract_id)
    if max(behind.values(), default=0) > CHUNK_ENTRIES:
        _count_anew()
    for due_id in behind:
        for entries in _chunks(due_id):
            passed += entries
            progress.advance(entries)
            if progress.is_stopped():
                return passed
    return passed


def refold(contract_id: UUID | None = None) -> int:
    """Count everything again from the first entry and return how many entries were passed.

    One transaction per contract: its mark is never seen going down, which readers rely on.
    """
    books = Book.objects.filter(contract_id=contract_id) if contract_id else Book.objects.all()
    passed = 0
    for due_id in books.values_list("contract_id", flat=True):
        with atomic():
            mark = _locked_mark(due_id)
            for model in (UsageSum, PoolEvent, DayStart):
                model.objects.filter(contract_id=due_id).delete()
            mark.folded_seq = 0
            mark.save()
            passed += sum(_chunks(due_id))
    return passed


def _contracts_behind(contract_id: UUID | None) -> dict[UUID, int]:
    """Return how many entries each contract is behind."""
    mark = FoldMark.objects.filter(contract_id=OuterRef("contract_id")).values("folded_seq")
    behind = Book.objects.annotate(entries=F("last_seq") - Coalesce(Subquery(mark), 0)).filter(entries__gt=0)
    if contract_id:
        behind = behind.filter(contract_id=contract_id)
    return dict(behind.values_list("contract_id", "entries"))


def _count_anew() -> None:
    """Let PostgreSQL count what is new, which it does by itself once a minute at best.

    By statistics from before a burst it takes the contract's transactions for one, and looks at all of them for each
    entry: half a million entries took four minutes.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE (SKIP_LOCKED) ledger_entry, ledger_transaction, ledger_job")


def _chunks(contract_id: UUID) -> Iterator[int]:
    while passed := fold_chunk(contract_id):
        yield passed


def fold_chunk(contract_id: UUID, *, entries: int = CHUNK_ENTRIES) -> int:
    """Fold the next whole transactions of a contract, about so many `entries`, and return how many they were."""
    with atomic():
        mark = _locked_mark(contract_id)
        upto = Transaction.objects.filter(
            contract_id=contract_id,
            first_seq__gt=mark.folded_seq,
            first_seq__lte=mark.folded_seq + entries,
        ).aggregate(upto=Max("last_seq"))["upto"]
        if upto is None:
            return 0
        passed: int = upto - mark.folded_seq
        add_to_sums(used_entries().filter(entries_above(contract_id, mark.folded_seq), seq__lte=upto))
        add_places(contract_id, after=mark.folded_seq, upto=upto)
        mark.folded_seq = upto
        mark.save()
        return passed


def _locked_mark(contract_id: UUID) -> FoldMark:
    """Return the contract's mark, made if need be; whoever else folds this contract waits."""
    FoldMark.objects.bulk_create([FoldMark(contract_id=contract_id)], ignore_conflicts=True)
    return FoldMark.objects.select_for_update().get(contract_id=contract_id)
