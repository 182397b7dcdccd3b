"""Home: balances at a glance, and what waits for this person."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger.models import Benefit, BenefitStatus, Job, Membership, Order, OrderStatus, RefundRequest, RefundStatus
from ledger.rights import Right, rights_of
from portal.access import anybody_signed_in
from portal.membership import SignedInRequest
from portal.pools import pool_lines

RECENT = 5


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for this person: how many, of what (one, several), on which page."""

    count: int
    one: str
    several: str
    url_name: str


@require_safe
@anybody_signed_in
def home(request: SignedInRequest) -> HttpResponse:
    membership = request.membership
    if membership is None:
        return render(request, "portal/home_without_contract.html")
    mine = Job.objects.filter(contract_id=membership.contract_id, user=request.user).select_related("service")
    context = {
        "pools": pool_lines(membership),
        "tasks": tasks_of(membership),
        "jobs": mine[:RECENT],
        "may_buy": Right.BUY in rights_of(membership),
    }
    return render(request, "portal/home.html", context)


def tasks_of(membership: Membership) -> list[Task]:
    """Return what waits for the member, without what others have to decide."""
    rights = rights_of(membership)
    here = {"contract_id": membership.contract_id}
    me = membership.user_id
    found = []
    if Right.MANAGE_ENABLING in rights:
        enablings = Benefit.objects.filter(status=BenefitStatus.PENDING, **here).exclude(user_id=me).count()
        waiting = "waiting for subscription benefits"
        found.append(Task(enablings, f"person {waiting}", f"people {waiting}", "portal:enablings"))
    if Right.DECIDE_REFUNDS in rights:
        asked = RefundRequest.objects.filter(status=RefundStatus.PENDING, **here).exclude(requested_by_id=me).count()
        found.append(Task(asked, "refund request to decide", "refund requests to decide", "portal:refund-requests"))
    if Right.APPROVE_ORDERS in rights:
        orders = Order.objects.filter(status=OrderStatus.AWAITING_APPROVAL, **here).count()
        found.append(Task(orders, "order to approve", "orders to approve", "portal:orders"))
    return [task for task in found if task.count]
