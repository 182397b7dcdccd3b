"""The contract's orders: the list, one with its receipt, approval over the limit, and giving one up before it."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ledger import orders
from ledger.models import Entry, Order, OrderStatus
from ledger.order_states import before
from ledger.rights import Right
from portal.access import password_again, requires
from portal.membership import MemberRequest
from portal.once import idempotency
from portal.order_words import AFTER_PLACING, MEANING, how_paid, steps_of
from portal.paging import page_of
from portal.payments.providers import withdraw
from portal.payments.views import page_of_order
from portal.refusals import told

RELATED = ("pack", "ordered_by", "approved_by", "contract")


@require_safe
@requires(Right.BUY)
def order_list(request: MemberRequest) -> HttpResponse:
    """List the orders, those on top that wait for this member."""
    found, status = _orders(request), request.GET.get("status", "")
    if status in OrderStatus.values:
        found = found.filter(status=status)
    context = {
        "page": page_of(request, found, time_field="created_at"),
        "to_approve": orders.to_approve(request.membership).select_related(*RELATED)[:10],
        "to_pay": orders.to_pay(request.membership).select_related(*RELATED)[:10],
        "statuses": OrderStatus.choices,
        "status": status if status in OrderStatus.values else "",
    }
    return render(request, "portal/orders.html", context)


@require_safe
@requires(Right.BUY)
def order_detail(request: MemberRequest, order_id: UUID) -> HttpResponse:
    """Show an order: what it means, what can be done, its amounts, and the receipt once its tokens are there."""
    order = get_object_or_404(_orders(request), id=order_id)
    context = {
        "order": order,
        "meaning": MEANING[OrderStatus(order.status)],
        "how_paid": how_paid(order),
        "steps": steps_of(order),
        "may_approve": orders.to_approve(request.membership).filter(id=order.id).exists(),
        "may_cancel": order.status in before(OrderStatus.CANCELLED),
        "has_just_paid": "paid" in request.GET and order.status == OrderStatus.PLACED,
        **_arrived(order),
    }
    return render(request, "portal/order.html", context)


@require_POST
@requires(Right.APPROVE_ORDERS)
@password_again
def approve_order(request: MemberRequest, order_id: UUID) -> HttpResponse:
    order = get_object_or_404(_orders(request), id=order_id)
    with told(request):
        # The order's own id is the key: approving it twice buys once.
        once = idempotency(request, order.id)
        done = orders.approve(idempotency=once, membership=request.membership, order_id=order.id).order
        is_there = done.status == OrderStatus.FULFILLED
        messages.success(
            request, _("Approved: the tokens are in the shared pool.") if is_there else str(AFTER_PLACING[done.status])
        )
    return redirect("portal:order", order_id=order.id)


@require_POST
@requires(Right.BUY)
def cancel_order(request: MemberRequest, order_id: UUID) -> HttpResponse:
    order = get_object_or_404(_orders(request), id=order_id)
    with told(request):
        orders.cancel(membership=request.membership, order_id=order.id)
        if order.status == OrderStatus.PLACED:
            withdraw(order, back=page_of_order(request, order))
        messages.success(request, _("The order is cancelled; nothing was bought."))
    return redirect("portal:order", order_id=order.id)


def _orders(request: MemberRequest) -> QuerySet[Order]:
    return Order.objects.select_related(*RELATED).filter(contract_id=request.membership.contract_id)


def _arrived(order: Order) -> dict[str, object]:
    """Return the transaction that brought the order's tokens and the lot they are in, once they have arrived."""
    transaction = order.transactions.first() if order.status == OrderStatus.FULFILLED else None
    if transaction is None:
        return {}
    numbers = (transaction.first_seq, transaction.last_seq)
    entries = Entry.objects.filter(contract=order.contract_id, seq__range=numbers, lot__isnull=False)
    entry = entries.select_related("lot").first()
    return {"transaction": transaction, "lot": entry.lot if entry else None}
