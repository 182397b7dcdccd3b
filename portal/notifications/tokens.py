"""Mails about tokens: a pool has become low, or lots of it soon expire."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Sum
from django.db.transaction import atomic
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ledger.balances import balances, unexpired
from ledger.models import BUYERS, Lot, LotSource, Membership, Pool
from ledger.progress import SILENT, Progress
from portal.models.notices import LowPool, NoticeKind
from portal.notifications import links, outbox
from reporting.standing import is_low

THRESHOLDS: Final = (7, 30, 90)
_DAY: Final = timedelta(days=1)


def collect(*, progress: Progress = SILENT) -> int:
    """Write the mails about tokens that run out, and return how many they are."""
    now = timezone.now()
    low = tell_low(now)
    progress.advance()
    return low + tell_expiring(now)


def tell_low(now: datetime) -> int:
    """Tell of each pool that has become low since it was last good: once for each time."""
    low = _low_pools(now)
    LowPool.objects.exclude(pool_id__in=low).delete()
    known = set(LowPool.objects.values_list("pool_id", flat=True))
    return sum(_tell_low(pool_id, *low[pool_id], now) for pool_id in low if pool_id not in known)


def tell_expiring(now: datetime) -> int:
    """Tell of tokens that expire within 90, 30 and 7 days: of the nearest of these, once for each pool and day."""
    soon = Lot.objects.filter(exhausted=False, usable_until__gt=now, usable_until__lte=now + THRESHOLDS[-1] * _DAY)
    soon = soon.exclude(source=LotSource.IMPORT).select_related("pool__contract", "pool__user")
    grouped: dict[tuple[UUID, date], list[Lot]] = defaultdict(list)
    for lot in soon.order_by("usable_until").iterator(chunk_size=1000):
        assert lot.usable_until is not None, "lots without expiry are not found"
        grouped[lot.pool_id, lot.usable_until.date()].append(lot)
    return sum(_tell_expiring(lots, day, now) for (_pool, day), lots in grouped.items())


@atomic
def _tell_low(pool_id: UUID, available_mt: int, granted_mt: int, now: datetime) -> int:
    pool = Pool.objects.select_related("contract", "user").get(id=pool_id)
    _low, is_new = LowPool.objects.get_or_create(pool_id=pool_id, defaults={"since": now})
    if not is_new:
        return 0
    context = {"pool": pool, "available_mt": available_mt, "granted_mt": granted_mt, "address": _page_of(pool)}
    said = (
        _("Your individual tokens on {contract} are low")
        if pool.user_id
        else _("The shared tokens on {contract} are low")
    )
    subject = format_lazy(said, contract=pool.contract.name)
    about = f"{pool_id}:{now.isoformat()}"
    return outbox.tell(_readers(pool), NoticeKind.LOW_BALANCE, about=about, subject=subject, context=context)


def _tell_expiring(lots: list[Lot], day: date, now: datetime) -> int:
    pool, first = lots[0].pool, lots[0].usable_until
    assert first is not None, "lots without expiry are not found"
    threshold = next(days for days in THRESHOLDS if first <= now + days * _DAY)
    amount_mt = sum(lot.remaining_mt for lot in lots)
    context = {"pool": pool, "amount_mt": amount_mt, "first": first, "days": threshold, "address": _page_of(pool)}
    return outbox.tell(
        _readers(pool),
        NoticeKind.EXPIRING,
        about=f"{pool.id}:{day}:{threshold}",
        subject=format_lazy(
            _("Tokens on {contract} expire within {days} days"), contract=pool.contract.name, days=threshold
        ),
        context=context,
    )


def _low_pools(now: datetime) -> dict[UUID, tuple[int, int]]:
    """Return available and granted milli-tokens of the pools that have live lots and are low."""
    live = Lot.objects.filter(unexpired(now)).exclude(source=LotSource.IMPORT)
    sums = live.order_by().values("pool_id").annotate(granted_mt=Sum("amount_mt"), left_mt=Sum("remaining_mt"))
    suspects = {
        row["pool_id"]: row["granted_mt"]
        for row in sums.iterator(chunk_size=2000)
        if row["granted_mt"] and is_low(row["left_mt"], granted_mt=row["granted_mt"])
    }
    left = balances(pool_ids=list(suspects))
    return {
        pool_id: (left[pool_id].available_mt, granted_mt)
        for pool_id, granted_mt in suspects.items()
        if is_low(left[pool_id].available_mt, granted_mt=granted_mt)
    }


def _readers(pool: Pool) -> list[User]:
    """Return whom a pool concerns: its user while they are on the contract, or the contract's buyers."""
    members = Membership.objects.filter(contract_id=pool.contract_id).select_related("user")
    if pool.user_id is not None:
        return [member.user for member in members.filter(user_id=pool.user_id)]
    return [member.user for member in members.filter(role__in=BUYERS)]


def _page_of(pool: Pool) -> str:
    return links.reporting("individual-tokens" if pool.user_id else "shared-tokens")
