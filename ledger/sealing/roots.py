"""Daily roots: one signed hash over every seal that no earlier root covers. A root is never changed.

What is posted or sealed late, for whatever reason, goes into the next root; `previous` shows that none was left out.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection
from django.db.transaction import atomic
from django.utils import timezone

from ledger.models import DailyRoot, RootPart
from ledger.progress import SILENT, Progress
from ledger.sealing.canonical import PART, ROOT, canonical, microseconds
from ledger.sealing.keys import Signer
from ledger.sealing.merkle import leaf_hash, root_of
from ledger.statements import one, select_rows

_ROWS_PER_INSERT: Final = 1_000


def sign_due_root(*, signer: Signer, now: datetime | None = None, progress: Progress = SILENT) -> str:
    """Make the root of the day that ended last, unless it is there or something of that day is not sealed yet.

    Returns a sentence on what it did. Days on which it did not run have no root: the next one covers them.
    """
    now = now or timezone.now()
    day = now.astimezone(UTC).date() - timedelta(days=1)
    if DailyRoot.objects.filter(day__gte=day).exists():
        return f"{day}: made before"
    if _waits(datetime.combine(day + timedelta(days=1), time(), UTC)):
        return f"{day}: waits for seals"
    root = make_root(day=day, signer=signer, at=now)
    return f"{day}: made" if root else f"{day}: made by another"


def make_root(*, day: date, signer: Signer, at: datetime) -> DailyRoot | None:
    """Sign a root over all seals that none covers; None when another process made one at the same time."""
    signer.publish()
    try:
        with atomic():
            return _make(day, signer, at)
    except IntegrityError:
        return None


def statement_of(root: DailyRoot) -> dict[str, Any]:
    """Return what is signed and published of a root. It says nothing of contracts, not even how many there are."""
    return {
        "day": root.day.isoformat(),
        "key": root.key_id,
        "made_at": microseconds(root.made_at),
        "number": root.number,
        "previous": root.previous,
        "root": root.root,
        "type": ROOT,
    }


def statement_hash(root: DailyRoot) -> str:
    """Return the SHA-256 of a root's statement, which the next root holds."""
    return sha256(canonical(statement_of(root))).hexdigest()


def part_form(part: RootPart) -> dict[str, Any]:
    """Return the canonical form of one contract's part of a root, which is a leaf of the root's tree."""
    return {
        "contract": str(part.contract_id),
        "first_number": part.first_number,
        "last_number": part.last_number,
        "number": part.root_id,
        "seals_root": part.seals_root,
        "type": PART,
    }


def part_hash(part: RootPart) -> bytes:
    """Return the leaf hash that a part of this content has."""
    return leaf_hash(canonical(part_form(part)))


def _make(day: date, signer: Signer, at: datetime) -> DailyRoot:
    before = DailyRoot.objects.order_by("-number").first()
    root = DailyRoot(
        number=before.number + 1 if before else 1,
        day=day,
        previous=statement_hash(before) if before else "",
        made_at=at,
        key_id=signer.id,
    )
    parts = list(_parts(root.number))
    root.root = root_of([bytes.fromhex(part.hash) for part in parts]).hex()
    root.signature = signer.sign(canonical(statement_of(root)))
    root.save(force_insert=True)
    RootPart.objects.bulk_create(parts, batch_size=_ROWS_PER_INSERT)
    return root


def _parts(number: int) -> Iterator[RootPart]:
    """Yield a part per contract with seals that no root covers, in the order of the contracts' ids."""
    for position, (contract_id, rows) in enumerate(groupby(_uncovered(), key=itemgetter(0))):
        numbers, hashes = zip(*((row[1], bytes.fromhex(row[2])) for row in rows), strict=True)
        part = RootPart(
            contract_id=contract_id,
            root_id=number,
            position=position,
            first_number=numbers[0],
            last_number=numbers[-1],
            seals_root=root_of(hashes).hex(),
        )
        part.hash = part_hash(part).hex()
        yield part


def _uncovered() -> Iterable[tuple[UUID, int, str]]:
    sql = """
        SELECT s.contract_id, s.number, s.hash FROM ledger_seal s
        WHERE s.number > COALESCE(
            (SELECT MAX(last_number) FROM ledger_rootpart p WHERE p.contract_id = s.contract_id), 0)
        ORDER BY s.contract_id, s.number
    """
    return select_rows(sql, [], (UUID, int, str))


def _waits(end: datetime) -> bool:
    """Tell whether something that was posted before `end` is not sealed yet."""
    sql = """
        SELECT 1 FROM ledger_book b WHERE b.last_seq > 0 AND EXISTS (
            SELECT 1 FROM ledger_transaction t WHERE t.contract_id = b.contract_id AND t.at < %s AND t.first_seq =
                1 + COALESCE((SELECT MAX(s.last_seq) FROM ledger_seal s WHERE s.contract_id = b.contract_id), 0))
        LIMIT 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [one(end)])
        return cursor.fetchone() is not None
