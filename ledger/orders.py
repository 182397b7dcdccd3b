"""Buying tokens: an order of packs becomes a lot in the contract's shared pool, exactly once.

These are the members' verbs; what happens to the money is in ledger/order_payments.py.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import QuerySet
from django.db.transaction import atomic
from django.utils.translation import gettext_noop

from ledger import audit
from ledger.activation_codes import create_activation_code, find_code, use_code
from ledger.errors import AlreadyDecided, NotFound, OrderExpired, OwnDecision
from ledger.instants import database_now
from ledger.models import BUYERS, Channel, Contract, Membership, Order, OrderStatus, Pack
from ledger.order_states import (
    INVOICE,
    LAPSES,
    after_approval,
    change,
    check_running,
    go_on,
    next_number,
    post_order,
    purchase,
)
from ledger.order_terms import is_over_limit, new_order, price_order
from ledger.posting import Answer, Idempotency, replay
from ledger.posting.requests import Note
from ledger.rights import Right, require, rights_of

__all__ = [
    "OrderAnswer",
    "approve",
    "cancel",
    "create_activation_code",
    "find",
    "place",
    "save_draft",
    "to_approve",
    "to_pay",
]
TOO_LATE: Final = {
    OrderStatus.FULFILLED: gettext_noop("The order has been fulfilled; its tokens are in the shared pool."),
    OrderStatus.PAID: gettext_noop("The order has been paid; ask the site's operators for the money."),
}


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """An order as the request's first answer showed it."""

    order: Order
    replayed: bool


def place(
    *,
    idempotency: Idempotency,
    membership: Membership,
    pack: Pack | None = None,
    quantity: int = 1,
    channel: str = Channel.STORE,
    activation_code: str = "",
    purchase_order: str = "",
    provider: str = INVOICE,
    draft_id: UUID | None = None,
    at: datetime | None = None,
) -> OrderAnswer:
    """Order packs. The tokens arrive at once, unless the order waits for an approval or for its money.

    With the reseller's channel the activation code says which pack and how many. `provider` takes the store's money;
    direct sales are invoiced. `draft_id` names the draft that becomes this order.

    Raises:
        BuyersOnly: the member is neither administrator nor coordinator. Source: InfraWorks seed.
        InvalidActivationCode: unknown or used.
        InvalidRequest: the pack, the quantity, the channel or the purchase order number.
        ContractExpired: the contract has ended.
        AlreadyDecided: the draft was ordered or thrown away meanwhile.
    """
    require(membership, Right.BUY)
    if answer := replay(idempotency):
        return _answered(answer)
    draft = find(membership.contract, draft_id) if draft_id else None
    order = new_order(membership, pack, quantity, channel, purchase_order, order_id=draft_id)
    check_running(order, at or database_now())
    code = find_code(activation_code) if order.channel == Channel.RESELLER else None
    if code:
        order.pack, order.quantity = code.pack, code.quantity
    price_order(order, provider, free=code is not None)
    waits = is_over_limit(order)

    def save(now: datetime) -> Note:
        order.created_at, order.number = at or now, next_number(order)
        if waits:
            order.status = OrderStatus.AWAITING_APPROVAL
            order.expires_at = order.created_at + LAPSES[order.status]
        else:
            go_on(order, order.created_at)
        _insert(order, draft)
        if code:
            use_code(code, order)
        _audit(membership, "order.placed", order, at=order.created_at)
        return _note(order)

    arrives = not waits and after_approval(order) == OrderStatus.FULFILLED
    commands = [purchase(order, at or database_now())] if arrives else []
    return _answered(post_order(order, idempotency, commands, save, at))


def save_draft(
    *, membership: Membership, draft_id: UUID, pack: Pack, quantity: int, channel: str, provider: str = INVOICE
) -> Order:
    """Keep an order for later under an id of the caller's; nothing is ordered, and repeating it changes nothing.

    Raises:
        BuyersOnly: the member is neither administrator nor coordinator.
        InvalidRequest: the pack, the quantity or the channel.
        NotFound: another order has this id.
    """
    require(membership, Right.BUY)
    order = new_order(membership, pack, quantity, channel, "", order_id=draft_id, is_draft=True)
    price_order(order, provider, free=False)
    order.created_at, order.status = database_now(), OrderStatus.DRAFT
    order.expires_at = order.created_at + LAPSES[order.status]
    # Kept before, or by a second click at this moment: then it stays as it is.
    with suppress(IntegrityError), atomic():
        order.save(force_insert=True)
        _audit(membership, "order.drafted", order)
    return find(membership.contract, draft_id)


def approve(
    *, idempotency: Idempotency, membership: Membership, order_id: UUID, at: datetime | None = None
) -> OrderAnswer:
    """Approve a waiting order; its tokens arrive at once, unless its money is waited for.

    Raises:
        Forbidden: the member is not the administrator.
        OwnDecision: it is the member's own order, and the contract has another buyer.
        AlreadyDecided: the order does not wait any more.
        OrderExpired: it waited for too long.
        ContractExpired: the contract has ended.
    """
    require(membership, Right.APPROVE_ORDERS)
    if answer := replay(idempotency):
        return _answered(answer)
    order = find(membership.contract, order_id)
    alone = _refuse_own(membership, order)
    check_running(order, at or database_now())

    def save(now: datetime) -> Note:
        approved_at, lapses_at = at or now, order.expires_at
        order.approved_by, order.approved_at = membership.user, approved_at
        go_on(order, approved_at)
        change(order, ("approved_by", "approved_at", "invoiced_at", "fulfilled_at"), of=OrderStatus.AWAITING_APPROVAL)
        if lapses_at and lapses_at <= approved_at:
            raise OrderExpired
        detail = "own order: the contract has no second buyer" if alone else ""
        _audit(membership, "order.approved", order, detail, at=approved_at)
        return _note(order)

    arrives = after_approval(order) == OrderStatus.FULFILLED
    commands = [purchase(order, at or database_now())] if arrives else []
    return _answered(post_order(order, idempotency, commands, save, at))


def cancel(*, membership: Membership, order_id: UUID) -> Order:
    """Give up an order whose tokens have not arrived, or a draft; repeating it changes nothing.

    Raises:
        BuyersOnly: the member is neither administrator nor coordinator.
        AlreadyDecided: the order was fulfilled or paid meanwhile.
        OrderExpired: it lapsed meanwhile.
    """
    require(membership, Right.BUY)
    order = find(membership.contract, order_id)
    if order.status == OrderStatus.CANCELLED:
        return order
    order.status, order.cancelled_at, order.expires_at = OrderStatus.CANCELLED, database_now(), None
    with atomic():
        try:
            change(order, ("cancelled_at",))
        except AlreadyDecided:
            order.refresh_from_db()
            if order.status == OrderStatus.CANCELLED:
                return order
            raise AlreadyDecided(TOO_LATE[order.status]) from None
        _audit(membership, "order.cancelled", order)
    return order


def find(contract: Contract, order_id: UUID) -> Order:
    """Return an order of the contract.

    Raises:
        NotFound: the contract has no such order.
    """
    order = (
        Order.objects.filter(contract=contract, id=order_id).select_related("pack", "ordered_by", "contract").first()
    )
    if order is None:
        raise NotFound("There is no such order.")
    return order


def to_approve(membership: Membership) -> QuerySet[Order]:
    """Return the waiting orders that this member may approve: others', and for a contract's only buyer their own."""
    waiting = Order.objects.filter(contract_id=membership.contract_id, status=OrderStatus.AWAITING_APPROVAL)
    if Right.APPROVE_ORDERS not in rights_of(membership):
        return waiting.none()
    own = waiting.exclude(ordered_by_id=membership.user_id)
    return own if _other_buyers(membership).exists() else waiting


def to_pay(membership: Membership) -> QuerySet[Order]:
    """Return the orders that wait for their money and that this member may pay."""
    waiting = Order.objects.filter(contract_id=membership.contract_id, status=OrderStatus.PLACED)
    return waiting if Right.BUY in rights_of(membership) else waiting.none()


def _insert(order: Order, draft: Order | None) -> None:
    """Save the new order; a draft becomes it, if it is still one."""
    if draft is None:
        order.save(force_insert=True)
        return
    still = Order.objects.select_for_update().filter(id=order.id, status=OrderStatus.DRAFT)
    if not still.exists():
        raise AlreadyDecided
    order.save(force_update=True)


def _refuse_own(membership: Membership, order: Order) -> bool:
    """Return whether a lone buyer decides on an own order, which is the only way to decide on one's own."""
    if order.ordered_by_id != membership.user_id:
        return False
    if _other_buyers(membership).exists():
        raise OwnDecision
    return True


def _other_buyers(membership: Membership) -> QuerySet[Membership]:
    buyers = membership.contract.memberships.filter(role__in=BUYERS)
    return buyers.exclude(user_id=membership.user_id)


def _note(order: Order) -> Note:
    return {
        "order": str(order.id),
        "status": order.status,
        "fulfilled_at": order.fulfilled_at.isoformat() if order.fulfilled_at else None,
        "approved_by": str(order.approved_by_id) if order.approved_by_id else None,
    }


def _answered(answer: Answer) -> OrderAnswer:
    """Return the order with the parts that may change since as they were in the first answer."""
    note = answer.require().note
    assert note, "orders are answered with a note"
    order = Order.objects.select_related("pack", "ordered_by", "contract").get(id=UUID(str(note["order"])))
    order.status = note["status"] or order.status
    order.fulfilled_at = datetime.fromisoformat(note["fulfilled_at"]) if note["fulfilled_at"] else None
    order.approved_by_id = int(note["approved_by"]) if note["approved_by"] else None
    order.cancelled_at = None
    return OrderAnswer(order, answer.replayed)


def _audit(membership: Membership, action: str, order: Order, detail: str = "", *, at: datetime | None = None) -> None:
    audit.record(contract=order.contract, actor=membership.user, action=action, subject=order.id, detail=detail, at=at)
