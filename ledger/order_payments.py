"""What happens to an order's money: a provider or an operator says that it came, and the tokens follow exactly once."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db.transaction import atomic

from ledger import audit
from ledger.errors import AlreadyDecided, InvalidRequest, LedgerBusy, NotFound, OrderExpired
from ledger.instants import database_now
from ledger.models import Order, OrderStatus
from ledger.order_states import INVOICE, before, change, post_order, purchase
from ledger.posting import Idempotency, system_key
from ledger.posting.requests import Note

_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money for an order, as its provider tells it: in cents, under the provider's own reference."""

    order_id: UUID
    provider: str
    reference: str
    amount_cents: int
    currency: str


def receive(payment: Payment, *, at: datetime | None = None) -> Order:
    """Note that an order was paid; its tokens arrive in the same database transaction.

    Told twice, or by two at once, it happens once. Money for an order that was given up meanwhile, or whose contract
    has ended, is noted and moves no tokens: an operator decides (`deliver`).

    Raises:
        NotFound: there is no such order of this provider.
        InvalidRequest: the payment is over another amount or currency, or the order is not to be paid.
    """
    order = _find(payment.order_id)
    if order.provider != payment.provider:
        raise NotFound("There is no such order.")
    if (payment.amount_cents, payment.currency.upper()) != (order.total_cents, order.currency):
        raise InvalidRequest("The payment is over another amount than the order.", field="amount")
    return _settle(order, payment.reference, actor=None, at=at)


def record_payment(*, operator: User, order_id: UUID, reference: str) -> Order:
    """Note by hand that an invoice was paid; what waited for it arrives. Repeating it changes nothing.

    Raises:
        NotFound: there is no such invoice.
    """
    order = _find(order_id)
    if order.provider != INVOICE or order.invoiced_at is None:
        raise NotFound("There is no such invoice.")
    if order.status != OrderStatus.FULFILLED:
        return _settle(order, reference, actor=operator, at=None)
    with atomic():
        unpaid = Order.objects.filter(id=order.id, paid_at=None)
        if unpaid.update(paid_at=database_now(), payment_reference=reference):
            _audit(order, "order.paid", operator, reference)
    return _find(order_id)


def deliver(*, operator: User, order_id: UUID) -> Order:
    """Let the tokens of an order arrive that was paid too late: after it was given up, or after the contract's end.

    Raises:
        AlreadyDecided: it is not paid, or its tokens have arrived.
        ContractExpired: the contract has still ended.
    """
    order = _find(order_id)
    if order.status != OrderStatus.PAID:
        raise AlreadyDecided
    _arrive(order, system_key(f"order-delivered:{order.id}"), (), actor=operator, action="order.delivered", at=None)
    return _find(order_id)


def _find(order_id: UUID) -> Order:
    order = Order.objects.filter(id=order_id).select_related("contract", "pack", "ordered_by").first()
    if order is None:
        raise NotFound("There is no such order.")
    return order


def _settle(order: Order, reference: str, *, actor: User | None, at: datetime | None) -> Order:
    key = system_key(f"order-paid:{order.id}")
    for _attempt in range(_ATTEMPTS):
        if order.paid_at:
            _notice_second(order, reference)
            return order
        if order.status not in before(OrderStatus.PAID):
            raise InvalidRequest("This order is not to be paid.", field="order")
        order.paid_at, order.payment_reference = at or database_now(), reference
        # It may move between our look and the lock: then look again.
        with suppress(AlreadyDecided, OrderExpired):
            _arrive(order, key, ("paid_at", "payment_reference"), actor=actor, action="order.paid", at=at)
        order = _find(order.id)
    if order.paid_at:
        return order
    raise LedgerBusy


def _arrive(
    order: Order, key: Idempotency, fields: tuple[str, ...], *, actor: User | None, action: str, at: datetime | None
) -> None:
    """Write what happened to the order and post its tokens, unless it was given up or its contract has ended."""
    now = at or database_now()
    was = order.status
    given_up = was in (OrderStatus.CANCELLED, OrderStatus.EXPIRED)
    arrives = not given_up and not (order.contract.has_ended(now) and was != OrderStatus.PAID)

    def save(at_lock: datetime) -> Note:
        order.status, order.expires_at = OrderStatus.PAID, None
        if arrives:
            order.status, order.fulfilled_at = OrderStatus.FULFILLED, at or at_lock
        change(order, (*fields, "fulfilled_at"), of=was)
        _audit(order, action, actor, order.payment_reference, at=at or at_lock)
        return {"order": str(order.id), "status": order.status}

    post_order(order, key, [purchase(order, now)] if arrives else [], save, at).require()


def _notice_second(order: Order, reference: str) -> None:
    """Write down, once, that the same order was paid a second time: somebody has to give that money back."""
    seen = audit.exists(contract=order.contract, action="order.paid_again", subject=order.id, detail=reference)
    if reference != order.payment_reference and not seen:
        _audit(order, "order.paid_again", None, reference)


def _audit(order: Order, action: str, actor: User | None, detail: str, *, at: datetime | None = None) -> None:
    audit.record(contract=order.contract, actor=actor, action=action, subject=order.id, detail=detail, at=at)
