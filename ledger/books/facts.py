"""What is said of a transaction, a pool or a lot beside its amounts: names and values, ready to be written."""

from typing import Final
from uuid import UUID

from ledger.books.read import Event, Head, LotCount, PoolCount
from ledger.books.words import harmless, instant
from ledger.models import Kind

Facts = list[tuple[str, str]]

_KINDS: Final = dict(Kind.choices)


def title_of(event: Event) -> str:
    """Return what happened, and for which service."""
    kind = str(_KINDS[event.kind])
    return f"{kind}: {harmless(event.service_name)}" if event.service_name else kind


def facts_of_event(event: Event) -> Facts:
    """Return who did it, when, why, and for which job."""
    return _said(
        id=event.id,
        kind=event.kind,
        at=instant(event.at),
        due=instant(event.due_at),
        seq=f"{event.first_seq}-{event.last_seq}",
        caller=event.caller,
        job=event.job_id,
        service=event.service,
        user=event.email or event.username,
        project=event.project,
        order=event.order_id,
        reason=event.reason,
    )


def facts_of_pool(pool: PoolCount) -> Facts:
    """Return whose pool it is."""
    return _said(pool=pool.id, kind=pool.kind, user=pool.email or pool.username)


def facts_of_lot(lot: LotCount) -> Facts:
    """Return where the lot came from and until when it was agreed to last."""
    return _said(
        lot=lot.id,
        source=lot.source,
        granted=instant(lot.granted_at),
        expires=instant(lot.expires_at),
        parent=lot.parent_id,
    )


def facts_of_head(head: Head) -> Facts:
    """Return which contract's books these are."""
    return _said(contract=head.contract_id, number=head.number, name=head.name)


def _said(**values: str | UUID | None) -> Facts:
    return [(name, harmless(str(value))) for name, value in values.items() if value]
