"""The life of an order: which state may follow which, what happens once nothing more has to be waited for, and when an
order lapses. For the verbs in ledger/orders.py and ledger/order_payments.py.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max, Q
from django.db.models.functions import Now
from django.db.transaction import atomic

from ledger import audit
from ledger.contracts import shared_pool
from ledger.errors import AlreadyDecided, ContractExpired, OrderExpired
from ledger.gifts import add_months
from ledger.models import Kind, LotSource, Order, OrderStatus
from ledger.posting import Answer, Grant, Idempotency, Request, post
from ledger.posting.requests import Note
from ledger.progress import SILENT, Progress

INVOICE: Final = "invoice"
"""The provider who sends an invoice; every other one asks for the money first."""
LOT_MONTHS: Final = 12
LAPSES: Final[Mapping[str, timedelta]] = {
    OrderStatus.DRAFT: timedelta(days=30),
    OrderStatus.AWAITING_APPROVAL: timedelta(days=30),
    OrderStatus.PLACED: timedelta(days=2),
}
MOVES: Final[Mapping[str, frozenset[str]]] = {
    OrderStatus.DRAFT: frozenset(OrderStatus) - {OrderStatus.DRAFT, OrderStatus.PAID},
    OrderStatus.AWAITING_APPROVAL: frozenset(
        {
            *(OrderStatus.PLACED, OrderStatus.INVOICED, OrderStatus.FULFILLED),
            *(OrderStatus.CANCELLED, OrderStatus.EXPIRED),
        }
    ),
    OrderStatus.PLACED: frozenset(
        {OrderStatus.PAID, OrderStatus.FULFILLED, OrderStatus.CANCELLED, OrderStatus.EXPIRED}
    ),
    OrderStatus.INVOICED: frozenset({OrderStatus.PAID, OrderStatus.FULFILLED, OrderStatus.CANCELLED}),
    OrderStatus.PAID: frozenset({OrderStatus.FULFILLED}),
    OrderStatus.FULFILLED: frozenset(),
    # Money may arrive for an order that was given up meanwhile. It is noted, and an operator decides.
    OrderStatus.CANCELLED: frozenset({OrderStatus.PAID}),
    OrderStatus.EXPIRED: frozenset({OrderStatus.PAID}),
}
"""The legal moves: what is not here never happens. An order starts as a draft or as whatever may follow one."""


def before(status: str) -> list[str]:
    """Return the states from which `status` may be reached."""
    return [known for known, following in MOVES.items() if status in following]


def after_approval(order: Order) -> str:
    """Return what an order becomes once nobody has to approve it: fulfilled, or waiting for the money."""
    waits = order.contract.pays_first if order.provider == INVOICE else bool(order.provider)
    if not waits or not order.total_cents:
        return OrderStatus.FULFILLED
    return OrderStatus.INVOICED if order.provider == INVOICE else OrderStatus.PLACED


def go_on(order: Order, now: datetime) -> None:
    """Set on the order what it becomes once nobody has to approve it, and since when."""
    order.status = after_approval(order)
    order.expires_at = now + LAPSES[order.status] if order.status in LAPSES else None
    order.invoiced_at = now if order.provider == INVOICE else None
    order.fulfilled_at = now if order.status == OrderStatus.FULFILLED else None


def change(order: Order, fields: tuple[str, ...], *, of: str = "") -> None:
    """Write the order's new status with these fields, if its status in the database (`of`, or any) may move there.

    Raises:
        OrderExpired: it lapsed.
        AlreadyDecided: it stands elsewhere by now.
    """
    known = [status for status in before(order.status) if of in ("", status)]
    sources = Order.objects.filter(contract_id=order.contract_id, id=order.id, status__in=known)
    values = {name: getattr(order, name) for name in ("status", "expires_at", *fields)}
    if not sources.update(**values):
        now = Order.objects.filter(id=order.id).values_list("status", flat=True).first()
        raise OrderExpired if now == OrderStatus.EXPIRED else AlreadyDecided


def next_number(order: Order) -> int:
    """Return the number of the contract's next order; ask under the lock of its book."""
    last = Order.objects.filter(contract_id=order.contract_id).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def check_running(order: Order, now: datetime) -> None:
    """Refuse to sell what could not be used.

    Raises:
        ContractExpired.
    """
    if order.contract.has_ended(now):
        raise ContractExpired("The contract has ended; tokens bought for it could not be used.")


def usable_until(order: Order, now: datetime) -> datetime:
    """Return when the order's tokens expire if they arrive at `now`."""
    expires_at = add_months(now, LOT_MONTHS)
    return min(expires_at, order.contract.ends_at) if order.contract.ends_at else expires_at


def purchase(order: Order, now: datetime) -> Grant:
    """The order's tokens expire after 12 months, or with the contract if that is earlier. Source: DOMAIN, "Lot".

    Raises:
        ContractExpired.
    """
    check_running(order, now)
    return Grant(
        pool_id=shared_pool(order.contract_id).id,
        amount_mt=order.amount_mt,
        source=LotSource.PURCHASE,
        kind=Kind.PURCHASE,
        expires_at=usable_until(order, now),
        order_id=order.id,
    )


def post_order(
    order: Order,
    idempotency: Idempotency,
    commands: list[Grant],
    save: Callable[[datetime], Note],
    at: datetime | None,
) -> Answer:
    """Post the order's tokens, if they arrive now, together with what `save` writes about it."""
    request = Request(commands=commands, idempotency=idempotency, effect=save, at=at)
    (answer,) = post(contract_id=order.contract_id, requests=[request])
    return answer


def expire_orders(*, at: datetime | None = None, progress: Progress = SILENT) -> int:
    """Let drafts, orders that nobody approved and orders that nobody paid lapse; return how many. Run by the worker.

    No token moves. Each order is decided by a statement of its own, so two at once, or a kill, do no harm.
    """
    due = Order.objects.filter(Q(expires_at__lte=at or Now()), status__in=[*LAPSES])
    found = list(due.select_related("contract").order_by("expires_at")[:500])
    progress.expect(len(found))
    lapsed = 0
    for order in found:
        still = Order.objects.filter(id=order.id, status=order.status, expires_at=order.expires_at)
        with atomic():
            if still.update(status=OrderStatus.EXPIRED):
                detail = f"it was: {order.get_status_display()}"
                audit.record(
                    contract=order.contract, actor=None, action="order.expired", subject=order.id, detail=detail
                )
                lapsed += 1
        progress.advance()
    return lapsed
