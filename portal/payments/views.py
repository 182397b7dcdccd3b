"""Paying an order: the way to the provider's page, the provider's messages, and the page of the dummy."""

from uuid import UUID

import structlog
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ledger.models import Order, OrderStatus
from ledger.rights import Right
from portal.access import requires
from portal.membership import MemberRequest
from portal.payments.base import BadMessage, ProviderError
from portal.payments.dummy import Dummy
from portal.payments.providers import provider_named, receive

log = structlog.get_logger(__name__)


@require_safe
@requires(Right.BUY)
def pay_order(request: MemberRequest, order_id: UUID) -> HttpResponse:
    """Go to where the order is paid; a plain link, because the policy lets no form lead to another site."""
    order = _to_pay(request, order_id)
    provider = provider_named(order.provider)
    if order.status == OrderStatus.PLACED and provider is None:
        messages.error(request, _("This way of paying is not offered any more. Cancel the order and place it again."))
    if order.status != OrderStatus.PLACED or provider is None:
        return redirect("portal:order", order_id=order.id)
    try:
        return redirect(provider.payment_address(order, back=page_of_order(request, order)))
    except ProviderError as error:
        log.warning("payment.page_away", order=str(order.id), error=str(error))
        messages.error(request, _("The payment page could not be reached. Nothing was paid; try again in a minute."))
        return redirect("portal:order", order_id=order.id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.BUY)
def dummy_payment(request: MemberRequest, order_id: UUID) -> HttpResponse:
    """The page that stands for a provider's in a demonstration; paying sends the provider's own message."""
    order = _to_pay(request, order_id)
    provider = provider_named(Dummy.name)
    if not isinstance(provider, Dummy) or order.provider != Dummy.name:
        raise Http404
    if order.status != OrderStatus.PLACED:
        return redirect("portal:order", order_id=order.id)
    if request.method != "POST":
        return render(request, "portal/dummy_payment.html", {"order": order})
    receive(provider, *provider.message(order))
    messages.success(request, _("Paid. The tokens are in the shared pool."))
    return redirect("portal:order", order_id=order.id)


@csrf_exempt
@login_not_required
@require_POST
def payment_webhook(request: HttpRequest, provider_name: str) -> HttpResponse:
    """A provider says that something was paid. Only its signature is believed; telling it twice does no harm."""
    provider = provider_named(provider_name)
    if provider is None:
        raise Http404
    try:
        receive(provider, request.body, request.headers)
    except BadMessage:
        log.warning("payment.message_refused", provider=provider_name)
        return HttpResponse("This message is not signed as it must be.", status=400, content_type="text/plain")
    return HttpResponse("Received.", content_type="text/plain")


payment_webhook.access = None  # type: ignore[attr-defined]  # whoever signs as the provider


def page_of_order(request: HttpRequest, order: Order) -> str:
    """Return the absolute address of the order's page, to which a provider sends the buyer back."""
    return request.build_absolute_uri(reverse("portal:order", kwargs={"order_id": order.id}))


def _to_pay(request: MemberRequest, order_id: UUID) -> Order:
    orders = Order.objects.select_related("pack", "ordered_by", "contract")
    return get_object_or_404(orders, id=order_id, contract_id=request.membership.contract_id)
