"""Seals what was posted since the last seal, in order of seq, in batches. Run in the background: posting knows nothing
of it.

Safe when two do it at once: a seal has its number, and who comes second with it adds nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.utils import timezone

from ledger.models import Seal
from ledger.progress import SILENT, Progress
from ledger.sealing.canonical import SEAL, canonical, microseconds
from ledger.sealing.merkle import leaf_hash, root_of
from ledger.sealing.read import Posted, Span, transactions
from ledger.statements import among, many, one, select_rows

ENTRIES_PER_SEAL: Final = 4_000
ENTRIES_PER_BATCH: Final = 8_000
CONTRACTS_PER_BATCH: Final = 50
NOBODY: Final = UUID(int=0)


class BrokenJournal(Exception):
    """A journal cannot be sealed any further, because entries are missing in it. The verification names them."""


class Due(NamedTuple):
    """A contract with entries that no seal covers yet, and its last seal."""

    contract_id: UUID
    number: int
    sealed_seq: int
    previous: str
    last_seq: int


def seal_all(
    *, progress: Progress = SILENT, clock: Callable[[], datetime] = timezone.now, per_seal: int = ENTRIES_PER_SEAL
) -> int:
    """Seal everything that was posted before; return how many transactions it sealed.

    Three statements a batch: what is due, its transactions with their entries, the new seals. The last is the only
    one that writes, so a kill leaves whole seals, and the next call goes on after them.

    Raises:
        BrokenJournal: a contract's journal has a gap; all others are sealed.
    """
    sealed, broken = 0, list[UUID]()
    page = _due_after(NOBODY)
    while page and not progress.is_stopped():
        last, horizon = page[-1].contract_id, {item.contract_id: item.last_seq for item in page}
        due: Sequence[Due] = page
        while due and not progress.is_stopped():
            batch = _batch(due, per_seal)
            seals = _seals_of(batch, clock(), per_seal)
            Seal.objects.bulk_create(seals, ignore_conflicts=True)
            sealed += sum(len(seal.leaves) // 32 for seal in seals)
            stuck = {item.contract_id for item in batch} - {seal.contract_id for seal in seals}
            broken += stuck
            progress.advance(len(batch))
            waiting = _due_of([item.contract_id for item in due if item.contract_id not in stuck])
            due = [item for item in waiting if item.sealed_seq < horizon[item.contract_id]]
        page = _due_after(last)
    if broken:
        raise BrokenJournal(f"Entries are missing after the last seal of: {', '.join(map(str, broken))}.")
    return sealed


def unsealed() -> int:
    """Return how many entries no seal covers yet."""
    rows = select_rows(_HEADS.format(columns="COALESCE(SUM(b.last_seq - COALESCE(s.last_seq, 0)), 0)"), [], (int,))
    return int(rows[0][0])


def form_of(seal: Seal) -> dict[str, object]:
    """Return the canonical form of a seal, which its hash is the leaf hash of."""
    return {
        "contract": str(seal.contract_id),
        "first_seq": seal.first_seq,
        "last_seq": seal.last_seq,
        "number": seal.number,
        "previous": seal.previous,
        "root": seal.root,
        "sealed_at": microseconds(seal.sealed_at),
        "transactions": len(seal.leaves) // 32,
        "type": SEAL,
    }


def hash_of(seal: Seal) -> bytes:
    """Return the hash that a seal of this content has."""
    return leaf_hash(canonical(form_of(seal)))


def leaves_of(seal: Seal) -> list[bytes]:
    """Return the leaf hashes of the transactions under a seal."""
    blob = bytes(seal.leaves)
    return [blob[start : start + 32] for start in range(0, len(blob), 32)]


def _batch(due: Sequence[Due], per_seal: int) -> list[Due]:
    """Return the first of these contracts, so many that a batch's entries fit into little memory."""
    batch, entries = list[Due](), 0
    for item in due:
        if batch and entries >= ENTRIES_PER_BATCH:
            break
        batch.append(item)
        entries += min(item.last_seq - item.sealed_seq, per_seal)
    return batch


def _seals_of(due: Sequence[Due], at: datetime, per_seal: int) -> list[Seal]:
    posted = transactions([Span(item.contract_id, item.sealed_seq, item.sealed_seq + per_seal) for item in due])
    return [_seal(item, found, at) for item in due if (found := _unbroken(item, posted[item.contract_id]))]


def _unbroken(item: Due, found: Sequence[Posted]) -> list[Posted]:
    """Return the transactions up to the first gap in their numbers, or up to the head that was read."""
    unbroken, next_seq = list[Posted](), item.sealed_seq + 1
    for posted in found:
        if posted.first_seq != next_seq or not posted.is_whole:
            break
        unbroken.append(posted)
        next_seq = posted.last_seq + 1
    return unbroken


def _seal(item: Due, found: Sequence[Posted], at: datetime) -> Seal:
    leaves = [posted.leaf for posted in found]
    seal = Seal(
        contract_id=item.contract_id,
        number=item.number + 1,
        first_seq=found[0].first_seq,
        last_seq=found[-1].last_seq,
        leaves=b"".join(leaves),
        root=root_of(leaves).hex(),
        previous=item.previous,
        sealed_at=at,
    )
    seal.hash = hash_of(seal).hex()
    return seal


_HEADS: Final = """
    SELECT {columns} FROM ledger_book b LEFT JOIN ledger_seal s ON s.contract_id = b.contract_id
        AND s.number = (SELECT MAX(number) FROM ledger_seal WHERE contract_id = b.contract_id)
    WHERE b.last_seq > COALESCE(s.last_seq, 0)
"""
_DUE: Final = _HEADS.format(
    columns="b.contract_id, COALESCE(s.number, 0), COALESCE(s.last_seq, 0), COALESCE(s.hash, ''), b.last_seq"
)


def _due_after(contract_id: UUID) -> list[Due]:
    return _due(" AND b.contract_id > %s", one(contract_id))


def _due_of(contract_ids: Sequence[UUID]) -> list[Due]:
    return _due(f" AND {among('b.contract_id', 'uuid')}", many(contract_ids))


def _due(condition: str, parameter: object) -> list[Due]:
    sql = f"{_DUE}{condition} ORDER BY b.contract_id LIMIT {CONTRACTS_PER_BATCH}"
    return [Due(*row) for row in select_rows(sql, [parameter], (UUID, int, int, str, int))]
