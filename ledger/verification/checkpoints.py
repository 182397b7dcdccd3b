"""Checkpoints: how far each contract's journal has been found sound, and the sums of its lots up to there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.transaction import atomic
from django.utils import timezone

from ledger.models import Checkpoint
from ledger.sealing.read import Span, spans_as_table
from ledger.statements import one, select_rows
from ledger.verification.scope import BEGINNING, Scope
from ledger.verification.seals import last_seal

_NEW: Final = """
    SELECT b.contract_id, COALESCE(c.last_seq, 0), b.last_seq, COALESCE(c.last_at, {beginning}),
        COALESCE(c.checked_at, {beginning}), COALESCE(e.at, c.checked_at, {beginning}), COALESCE(c.last_seal, 0)
    FROM ledger_book b LEFT JOIN ledger_checkpoint c ON c.contract_id = b.contract_id
        LEFT JOIN ledger_entry e ON e.contract_id = c.contract_id AND e.seq = c.last_seq + 1
    WHERE b.contract_id > %s AND {condition} ORDER BY b.contract_id LIMIT %s
"""
_HAS_NEWS: Final = """
    (b.last_seq <> COALESCE(c.last_seq, 0) OR EXISTS (SELECT 1 FROM ledger_seal s
        WHERE s.contract_id = b.contract_id AND s.number > COALESCE(c.last_seal, 0)))
"""
_TYPES: Final = (UUID, int, int, datetime, datetime, datetime, int)


def next_scopes(after: UUID, *, in_full: bool, limit: int) -> list[Scope]:
    """Return up to `limit` contracts in the order of their ids: all of them in full, or those with news."""
    beginning = "%s::timestamptz" if connection.vendor == "postgresql" else "%s"
    sql = _NEW.format(beginning=beginning, condition="1 = 1" if in_full else _HAS_NEWS)
    start = one(BEGINNING)
    rows = select_rows(sql, [start, start, start, one(after), limit], _TYPES)
    if in_full:
        return [Scope(contract_id, 0, upto) for contract_id, _, upto, *_ in rows]
    # A book that was set back to before its checkpoint is looked at as one without news; it will not match.
    return [
        Scope(contract_id, since, max(upto, since), since_at, checked_at, news_at, sealed)
        for contract_id, since, upto, since_at, checked_at, news_at, sealed in rows
    ]


def overtaken(scopes: Sequence[Scope]) -> set[UUID]:
    """Return the contracts whose checkpoint has moved since: another run looked at them and has the word."""
    now = dict(
        Checkpoint.objects.filter(contract_id__in=[scope.contract_id for scope in scopes]).values_list(
            "contract_id", "last_seq"
        )
    )
    return {scope.contract_id for scope in scopes if now.get(scope.contract_id, 0) != scope.since}


def advance(scopes: Sequence[Scope], *, checked_at: datetime | None = None) -> None:
    """Note that these contracts were found sound up to `upto`, unless another run did before."""
    with atomic():
        mine = [scope for scope in scopes if scope.upto and _advanced(scope, checked_at or timezone.now())]
        if mine:
            _add_sums([Span(scope.contract_id, scope.since, scope.upto) for scope in mine])


def _advanced(scope: Scope, checked_at: datetime) -> bool:
    values = {
        "last_seq": scope.upto,
        "last_at": _time_of(scope.contract_id, scope.upto),
        "last_seal": max(scope.sealed, last_seal(scope.contract_id, upto=scope.upto)),
        "checked_at": checked_at,
    }
    if scope.since:
        rows = Checkpoint.objects.filter(contract_id=scope.contract_id, last_seq=scope.since)
        return bool(rows.update(**values))
    return Checkpoint.objects.get_or_create(contract_id=scope.contract_id, defaults=values)[1]


def _time_of(contract_id: UUID, seq: int) -> datetime:
    sql = "SELECT at FROM ledger_entry WHERE contract_id = %s AND seq = %s"
    at: datetime = select_rows(sql, [one(contract_id), seq], (datetime,))[0][0]
    return at


def _add_sums(spans: Sequence[Span]) -> None:
    source, parameters = spans_as_table(spans)
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(spans=source), parameters)


_ADD: Final = """
    INSERT INTO ledger_checkedbalance (contract_id, lot_id, account, pool_id, amount_mt)
    SELECT e.contract_id, e.lot_id, e.account, e.pool_id, SUM(e.amount_mt)
    FROM {spans} JOIN ledger_entry e ON e.contract_id = span.contract_id
        AND e.seq > span.since AND e.seq <= span.upto
    WHERE e.lot_id IS NOT NULL GROUP BY e.contract_id, e.lot_id, e.account, e.pool_id
    ON CONFLICT (contract_id, lot_id, account)
        DO UPDATE SET amount_mt = ledger_checkedbalance.amount_mt + excluded.amount_mt
"""
