"""Looks for what people are to be told: decisions that wait, decisions that were made, and tokens that run out.

Run by the worker. Everything is told under a key that names it, so looking again tells nothing twice.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ledger.models import (
    BUYERS,
    AuditEvent,
    Benefit,
    BenefitStatus,
    Membership,
    Order,
    OrderStatus,
    RefundRequest,
    RefundStatus,
)
from ledger.progress import SILENT, Progress
from ledger.rights import Right, rights_of
from portal.models.notices import NoticeKind
from portal.notifications import links, outbox

RECENT: Final = timedelta(days=3)
"""What happened longer ago is old news: a site that was away, or has just got its mail, does not repeat history."""


def collect(*, progress: Progress = SILENT) -> int:
    """Write the mails about what waits for somebody or was decided, and return how many they are."""
    now = timezone.now()
    found = 0
    for look in _LOOKS:
        found += look(now - RECENT)
        progress.advance()
    return found


def holders(contract_id: UUID, right: Right, *, but: int | None = None) -> list[User]:
    """Return who has `right` on a contract, without `but`."""
    buyers = Membership.objects.filter(contract_id=contract_id, role__in=BUYERS)
    found = [member.user for member in buyers.select_related("user") if right in rights_of(member)]
    return [user for user in found if user.pk != but]


def _orders_waiting(since: datetime) -> int:
    waiting = Order.objects.filter(status=OrderStatus.AWAITING_APPROVAL, created_at__gte=since)
    told = 0
    for order in waiting.select_related("contract", "pack", "ordered_by"):
        context = {"order": order, "address": links.page("order", order_id=order.id)}
        others = holders(order.contract_id, Right.APPROVE_ORDERS, but=order.ordered_by_id)
        subject = format_lazy(
            _("An order over {quantity} x {pack} waits for your approval"),
            quantity=order.quantity,
            pack=order.pack.name,
        )
        told += outbox.tell(others, NoticeKind.ORDER_WAITS, about=order.id, subject=subject, context=context)
    return told


def _orders_decided(since: datetime) -> int:
    approved = Order.objects.filter(approved_by__isnull=False, approved_at__gte=since)
    cancelled = Order.objects.filter(status=OrderStatus.CANCELLED, cancelled_at__gte=since, number__isnull=False)
    orders = [*_with_people(approved.exclude(status=OrderStatus.CANCELLED)), *_with_people(cancelled)]
    by = _cancelled_by([order for order in orders if order.status == OrderStatus.CANCELLED])
    told = 0
    for order in orders:
        decider = by.get(str(order.id)) if order.status == OrderStatus.CANCELLED else order.approved_by
        if decider == order.ordered_by:
            continue
        context = {"order": order, "decider": decider, "address": links.page("order", order_id=order.id)}
        approved_it = order.status != OrderStatus.CANCELLED
        told += outbox.tell(
            [order.ordered_by],
            NoticeKind.ORDER_DECIDED,
            about=order.id,
            subject=_("Your order was approved") if approved_it else _("Your order was cancelled"),
            context=context,
        )
    return told


def _refunds_asked(since: datetime) -> int:
    asked = RefundRequest.objects.filter(status=RefundStatus.PENDING, created_at__gte=since)
    told = 0
    for request in asked.select_related("contract", "job__service", "requested_by"):
        context = {"request": request, "address": links.page("refund-requests")}
        others = holders(request.contract_id, Right.DECIDE_REFUNDS, but=request.requested_by_id)
        subject = format_lazy(_("{person} asks for a refund"), person=request.requested_by.email)
        told += outbox.tell(others, NoticeKind.REFUND_ASKED, about=request.id, subject=subject, context=context)
    return told


def _refunds_decided(since: datetime) -> int:
    decided = RefundRequest.objects.exclude(status=RefundStatus.PENDING).filter(decided_at__gte=since)
    return _tell_each(
        (
            (request.requested_by, request.id, {"request": request}, links.page("job", job_id=request.job_id))
            for request in decided.select_related("contract", "job__service", "requested_by", "decided_by")
        ),
        NoticeKind.REFUND_DECIDED,
        _("Your refund request was decided"),
    )


def _enablings_asked(since: datetime) -> int:
    pending = Benefit.objects.filter(status=BenefitStatus.PENDING, requested_at__gte=since)
    told = 0
    for benefit in pending.select_related("contract", "user"):
        context = {"benefit": benefit, "address": links.page("enablings")}
        others = holders(benefit.contract_id, Right.MANAGE_ENABLING, but=benefit.user_id)
        subject = format_lazy(_("{person} waits for subscription benefits"), person=benefit.user.email)
        told += outbox.tell(others, NoticeKind.ENABLING_ASKED, about=benefit.id, subject=subject, context=context)
    return told


def _enablings_decided(since: datetime) -> int:
    decided = Benefit.objects.exclude(status=BenefitStatus.PENDING).filter(
        decided_at__gte=since, decided_by__isnull=False
    )
    return _tell_each(
        (
            (benefit.user, f"{benefit.id}:{benefit.status}", {"benefit": benefit}, links.page("benefits"))
            for benefit in decided.select_related("contract", "user")
            if benefit.decided_by_id != benefit.user_id
        ),
        NoticeKind.ENABLING_DECIDED,
        _("Your subscription benefits"),
    )


def _tell_each(found: Iterable[tuple[User, object, dict[str, Any], str]], kind: NoticeKind, subject: Any) -> int:
    return sum(
        outbox.tell([user], kind, about=about, subject=subject, context={**context, "address": address})
        for user, about, context, address in found
    )


def _with_people(orders: Any) -> list[Order]:
    return list(orders.select_related("contract", "pack", "ordered_by", "approved_by"))


def _cancelled_by(orders: list[Order]) -> dict[str, User | None]:
    ids = [str(order.id) for order in orders]
    events = AuditEvent.objects.filter(
        contract_id__in={order.contract_id for order in orders}, action="order.cancelled", subject__in=ids
    )
    return {event.subject: event.actor for event in events.select_related("actor")}


_LOOKS: Final = (
    _orders_waiting,
    _orders_decided,
    _refunds_asked,
    _refunds_decided,
    _enablings_asked,
    _enablings_decided,
)
