"""Buying tokens: an order of packs becomes a lot in the contract's shared pool, exactly once."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.transaction import atomic

from ledger import audit
from ledger.contracts import shared_pool
from ledger.errors import (
    AlreadyDecided,
    ContractExpired,
    InvalidActivationCode,
    InvalidRequest,
    NotFound,
    OwnDecision,
)
from ledger.gifts import add_months
from ledger.ids import new_id
from ledger.instants import database_now
from ledger.models import (
    ActivationCode,
    Channel,
    Contract,
    Kind,
    LotSource,
    Membership,
    Order,
    OrderStatus,
    Pack,
    Role,
)
from ledger.posting import Answer, Grant, Idempotency, Request, post, replay
from ledger.posting.requests import Note
from ledger.rights import Right, require
from ledger.texts import check_text, is_storable

QUANTITY_LIMIT: Final = 1000
LOT_MONTHS: Final = 12


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
    at: datetime | None = None,
) -> OrderAnswer:
    """Order packs; the tokens arrive at once, unless the price is over the contract's limit and needs an approval.

    With the reseller's channel the activation code says which pack and how many.

    Raises:
        BuyersOnly: the member is neither administrator nor coordinator. Source: InfraWorks seed.
        InvalidActivationCode: unknown or used.
        InvalidRequest: the pack, the quantity, the channel or the purchase order number.
        ContractExpired: the contract has ended.
    """
    require(membership, Right.BUY)
    if answer := replay(idempotency):
        return _answered(answer)
    _check_running(membership.contract, at or database_now())
    order = _draft(membership, pack, quantity, channel, purchase_order)
    code = _find_code(activation_code) if order.channel == Channel.RESELLER else None
    if code:
        order.pack, order.quantity = code.pack, code.quantity
    order.amount_mt = order.pack.amount_mt * order.quantity
    order.price_cents = 0 if code else order.pack.price_cents * order.quantity
    order.currency = order.pack.currency
    waits = _needs_approval(membership, order)

    def save(now: datetime) -> Note:
        order.created_at = at or now
        order.status = OrderStatus.AWAITING_APPROVAL if waits else OrderStatus.FULFILLED
        order.fulfilled_at = None if waits else order.created_at
        order.save(force_insert=True)
        if code and not ActivationCode.objects.filter(id=code.id, order=None).update(order=order):
            raise InvalidActivationCode(field="activation_code")
        _audit(membership, "order.placed", order, at=order.created_at)
        return _note(order)

    commands = [] if waits else [_purchase(order, at or database_now())]
    return _post(order, idempotency, commands, save, at)


def approve(
    *, idempotency: Idempotency, membership: Membership, order_id: UUID, at: datetime | None = None
) -> OrderAnswer:
    """Approve a waiting order; its tokens arrive at once.

    Raises:
        Forbidden: the member is not the administrator.
        OwnDecision: it is the member's own order, and the contract has another buyer.
        AlreadyDecided: the order does not wait any more.
        ContractExpired: the contract has ended.
    """
    require(membership, Right.APPROVE_ORDERS)
    if answer := replay(idempotency):
        return _answered(answer)
    order = find(membership.contract, order_id)
    alone = _refuse_own(membership, order)

    def save(now: datetime) -> Note:
        order.status, order.fulfilled_at, order.approved_by = OrderStatus.FULFILLED, at or now, membership.user
        waiting = Order.objects.filter(id=order.id, status=OrderStatus.AWAITING_APPROVAL)
        values = {"status": order.status, "fulfilled_at": order.fulfilled_at, "approved_by": order.approved_by}
        if not waiting.update(**values):
            raise AlreadyDecided
        detail = "own order: the contract has no second buyer" if alone else ""
        _audit(membership, "order.approved", order, detail, at=order.fulfilled_at)
        return _note(order)

    return _post(order, idempotency, [_purchase(order, at or database_now())], save, at)


def cancel(*, membership: Membership, order_id: UUID) -> Order:
    """Cancel an order that still waits for approval; repeating it changes nothing.

    Raises:
        AlreadyDecided: the order was fulfilled meanwhile.
    """
    require(membership, Right.BUY)
    order = find(membership.contract, order_id)
    waiting = Order.objects.filter(id=order.id, status=OrderStatus.AWAITING_APPROVAL)
    with atomic():
        if waiting.update(status=OrderStatus.CANCELLED, cancelled_at=database_now()):
            _audit(membership, "order.cancelled", order)
    order.refresh_from_db()
    if order.status != OrderStatus.CANCELLED:
        raise AlreadyDecided("The order has been fulfilled; its tokens are in the shared pool.")
    return order


def find(contract: Contract, order_id: UUID) -> Order:
    """Return an order of the contract.

    Raises:
        NotFound: the contract has no such order.
    """
    order = Order.objects.filter(contract=contract, id=order_id).select_related("pack", "ordered_by").first()
    if order is None:
        raise NotFound("There is no such order.")
    return order


def create_activation_code(*, pack: Pack, quantity: int = 1) -> str:
    """Return a new reseller's code; only its hash is kept."""
    code = "-".join(secrets.token_hex(3).upper() for _ in range(4))
    ActivationCode.objects.create(code_hash=_hash(code), pack=pack, quantity=quantity)
    return code


def _check_running(contract: Contract, now: datetime) -> None:
    if contract.ends_at and contract.ends_at <= now:
        raise ContractExpired("The contract has ended; tokens bought for it could not be used.")


def _draft(membership: Membership, pack: Pack | None, quantity: int, channel: str, purchase_order: str) -> Order:
    if channel not in Channel:
        raise InvalidRequest("Buy in the store, through a reseller or by direct sales.", field="channel")
    purchase_order = check_text(purchase_order, field="purchase_order", limit=100)
    if channel == Channel.DIRECT and not purchase_order:
        raise InvalidRequest("Direct sales need your purchase order number.", field="purchase_order")
    if not 1 <= quantity <= QUANTITY_LIMIT:
        raise InvalidRequest(f"Order 1 to {QUANTITY_LIMIT} packs.", field="quantity")
    if channel != Channel.RESELLER and (pack is None or not pack.active):
        raise InvalidRequest("Choose a pack.", field="pack")
    contract = membership.contract
    return Order(
        id=new_id(),
        contract=contract,
        pack=pack,
        quantity=quantity,
        channel=channel,
        purchase_order=purchase_order,
        ordered_by=membership.user,
    )


def _find_code(activation_code: str) -> ActivationCode:
    """One wording for unknown and used codes: nothing to probe.

    Whether it was used is decided where it takes effect, so that the same request sent twice at once is answered twice.
    """
    known = is_storable(activation_code)
    codes = ActivationCode.objects.filter(code_hash=_hash(activation_code)) if known else ActivationCode.objects.none()
    code = codes.select_related("pack").first()
    if code is None:
        raise InvalidActivationCode(field="activation_code")
    return code


def _hash(activation_code: str) -> str:
    plain = activation_code.strip().upper().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode()).hexdigest()


def _needs_approval(membership: Membership, order: Order) -> bool:
    limit = membership.contract.approval_limit_cents
    return limit is not None and order.price_cents > limit


def _refuse_own(membership: Membership, order: Order) -> bool:
    """Return whether a lone buyer decides on an own order, which is the only way to decide on one's own."""
    if order.ordered_by_id != membership.user_id:
        return False
    others = membership.contract.memberships.filter(role__in=[Role.ADMINISTRATOR, Role.COORDINATOR])
    if others.exclude(user_id=membership.user_id).exists():
        raise OwnDecision
    return True


def _purchase(order: Order, now: datetime) -> Grant:
    """The order's tokens expire after 12 months, or with the contract if that is earlier. Source: DOMAIN, "Lot"."""
    expires_at = add_months(now, LOT_MONTHS)
    ends_at = order.contract.ends_at
    _check_running(order.contract, now)
    return Grant(
        pool_id=shared_pool(order.contract_id).id,
        amount_mt=order.amount_mt,
        source=LotSource.PURCHASE,
        kind=Kind.PURCHASE,
        expires_at=min(expires_at, ends_at) if ends_at else expires_at,
        order_id=order.id,
    )


def _post(
    order: Order,
    idempotency: Idempotency,
    commands: list[Grant],
    save: Callable[[datetime], Note],
    at: datetime | None,
) -> OrderAnswer:
    request = Request(commands=commands, idempotency=idempotency, effect=save, at=at)
    (answer,) = post(contract_id=order.contract_id, requests=[request])
    return _answered(answer)


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
