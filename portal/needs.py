"""What needs a member: decisions that wait for them, and their tokens that run out. For Home; reads only.

The same that mails tell of (portal.notifications), as it is at this moment.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger import orders
from ledger.models import Benefit, BenefitStatus, Contract, Membership, PoolKind, RefundRequest, RefundStatus
from ledger.rights import Right, rights_of
from portal.pools import PoolLine
from reporting.standing import LOW, NOTHING, Standing


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs this person: what it is, and the page where they see to it.

    Where it is about tokens: `amount_mt` of them are left of `of_mt`, or expire from `at` on.
    """

    code: str
    icon: str
    text: str
    url_name: str
    amount_mt: int | None = None
    of_mt: int | None = None
    at: datetime | None = None


def needs_of(membership: Membership, pools: Iterable[PoolLine], standing: Mapping[UUID, Standing]) -> list[Need]:
    """Return what needs the member, decisions first, with at most two statements."""
    return [*_decisions(membership), *_tokens(membership, pools, standing)]


def _decisions(membership: Membership) -> Iterator[Need]:
    """Yield what waits for the member's decision, without what others have to decide."""
    rights = rights_of(membership)
    mine = {code: waiting for code, waiting in _WAITING.items() if waiting.right in rights}
    if not mine:
        return
    counts = {f"n_{code}": _count(waiting.find(membership)) for code, waiting in mine.items()}
    (found,) = Contract.objects.filter(pk=membership.contract_id).annotate(**counts).values(*counts)
    for code, waiting in mine.items():
        if count := found[f"n_{code}"]:
            yield Need(code, "clock", waiting.say(count) % {"count": count}, waiting.url_name)


def _tokens(membership: Membership, pools: Iterable[PoolLine], standing: Mapping[UUID, Standing]) -> Iterator[Need]:
    """Yield which pools are low and which lose tokens soon: one's own, and to buyers the shared one."""
    buys = Right.BUY in rights_of(membership)
    for pool in pools:
        is_shared = pool.kind == PoolKind.SHARED
        if is_shared and not buys:
            continue
        found = standing.get(pool.id, NOTHING)
        page = "reporting:shared-tokens" if is_shared else "reporting:individual-tokens"
        if found.level(pool.balance) == LOW:
            said = _("Your shared tokens are low") if is_shared else _("Your individual tokens are low")
            yield Need("low", "warning", said, page, amount_mt=pool.balance.available_mt, of_mt=found.granted_mt)
        if found.expiring_mt:
            said = _("Shared tokens expire soon") if is_shared else _("Your individual tokens expire soon")
            yield Need("expiring", "clock", said, page, amount_mt=found.expiring_mt, at=found.expires_first_at)


def _count(waiting: QuerySet[Any]) -> Coalesce:
    counted = waiting.order_by().values("contract_id").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def _enablings(membership: Membership) -> QuerySet[Any]:
    pending = Benefit.objects.filter(contract_id=membership.contract_id, status=BenefitStatus.PENDING)
    return pending.exclude(user_id=membership.user_id)


def _refunds(membership: Membership) -> QuerySet[Any]:
    pending = RefundRequest.objects.filter(contract_id=membership.contract_id, status=RefundStatus.PENDING)
    return pending.exclude(requested_by_id=membership.user_id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kind of thing that waits for somebody with a right: how to find them, how to say how many, and where."""

    right: Right
    find: Callable[[Membership], QuerySet[Any]]
    say: Callable[[int], str]
    url_name: str


_WAITING: Final = {
    "enablings": Waiting(
        Right.MANAGE_ENABLING,
        _enablings,
        lambda count: ngettext(
            "%(count)s person waiting for subscription benefits",
            "%(count)s people waiting for subscription benefits",
            count,
        ),
        "portal:enablings",
    ),
    "refunds": Waiting(
        Right.DECIDE_REFUNDS,
        _refunds,
        lambda count: ngettext("%(count)s refund request to decide", "%(count)s refund requests to decide", count),
        "portal:refund-requests",
    ),
    "orders": Waiting(
        Right.APPROVE_ORDERS,
        orders.to_approve,
        lambda count: ngettext("%(count)s order to approve", "%(count)s orders to approve", count),
        "portal:orders",
    ),
    "payments": Waiting(
        Right.BUY,
        orders.to_pay,
        lambda count: ngettext("%(count)s order to pay", "%(count)s orders to pay", count),
        "portal:orders",
    ),
}
