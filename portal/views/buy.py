"""Buy tokens: choose a pack, confirm it under a fresh password, or redeem a reseller's activation code.

Source: InfraWorks seed, "Tokens can only be purchased by contract administrators or software coordinators" and
"from the Autodesk Store, Autodesk resellers, and Autodesk direct sales".
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from ledger import orders
from ledger.errors import LedgerError
from ledger.models import Channel, OrderStatus, Pack
from ledger.rights import Right
from portal.access import password_again, requires
from portal.forms.orders import ActivationCodeForm, ChoosePackForm, ConfirmOrderForm
from portal.limits import activation_attempt
from portal.membership import MemberRequest
from portal.once import OnceForm, idempotency
from portal.refusals import too_many

READ_WRITE = ["GET", "HEAD", "POST"]


@require_safe
@requires(Right.BUY)
def buy(request: MemberRequest) -> HttpResponse:
    """Choose a pack; the choice goes to the next step as its address."""
    form = ChoosePackForm(request.GET or None)
    if form.is_valid():
        pack, *rest = (form.cleaned_data[name] for name in ("pack", "quantity", "channel"))
        address = urlencode({"pack": pack.code, "quantity": rest[0], "channel": rest[1]})
        return redirect(f"{reverse('portal:confirm-order')}?{address}")
    return render(request, "portal/buy.html", {"form": form, "packs": Pack.objects.filter(active=True)})


@require_http_methods(READ_WRITE)
@requires(Right.BUY)
@password_again
def confirm_order(request: MemberRequest) -> HttpResponse:
    """Show what would be bought for which contract; on POST place the order once."""
    choice = ChoosePackForm(request.GET)
    if not choice.is_valid():
        return redirect("portal:buy")
    chosen = choice.cleaned_data
    price_cents = chosen["pack"].price_cents * chosen["quantity"]
    form = ConfirmOrderForm(
        request.POST if request.method == "POST" else None,
        membership=request.membership,
        channel=chosen["channel"],
        price_cents=price_cents,
    )
    if form.is_valid() and (done := _place(request, form, **chosen)):
        return done
    limit = request.membership.contract.approval_limit_cents
    context = {
        "form": form,
        **chosen,
        "channel": Channel(chosen["channel"]).label,
        "price_cents": price_cents,
        "amount_mt": chosen["pack"].amount_mt * chosen["quantity"],
        "needs_approval": limit is not None and price_cents > limit,
    }
    return render(request, "portal/confirm_order.html", context)


@require_http_methods(READ_WRITE)
@requires(Right.BUY)
@password_again
def redeem_code(request: MemberRequest) -> HttpResponse:
    """Redeem a reseller's activation code; attempts are counted, because codes can be guessed at."""
    form = ActivationCodeForm(request.POST if request.method == "POST" else None, membership=request.membership)
    if form.is_valid():
        if wait_s := activation_attempt(request.user.pk):
            return too_many(request, wait_s)
        if done := _place(request, form, channel=Channel.RESELLER):
            return done
    return render(request, "portal/redeem_code.html", {"form": form})


def _place(request: MemberRequest, form: OnceForm, **what: Any) -> HttpResponse | None:
    """Place the order and go to its receipt; a refusal is shown on the form."""
    fields = ("activation_code", "purchase_order")
    told = {name: form.cleaned_data[name] for name in fields if name in form.cleaned_data}
    once = idempotency(request, form.cleaned_data["key"])
    try:
        order = orders.place(idempotency=once, membership=request.membership, **what, **told).order
    except LedgerError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.detail)
        return None
    if order.status == OrderStatus.AWAITING_APPROVAL:
        messages.warning(request, "The order is above the contract's limit and waits for the administrator's approval.")
    else:
        messages.success(request, "Thank you. The tokens are in the shared pool.")
    return redirect("portal:order", order_id=order.id)
