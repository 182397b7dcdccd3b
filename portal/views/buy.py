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
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ledger import orders
from ledger.balances import balance
from ledger.contracts import shared_pool
from ledger.errors import LedgerError
from ledger.models import Channel, Membership, Order, OrderStatus, Pack
from ledger.order_states import usable_until
from ledger.order_terms import is_over_limit, new_order, price_order
from ledger.rights import Right, rights_of
from portal.access import password_again, requires
from portal.forms.orders import ActivationCodeForm, ChoosePackForm, ConfirmOrderForm
from portal.limits import activation_attempt
from portal.membership import MemberRequest
from portal.once import OnceForm, idempotency
from portal.order_words import AFTER_PLACING, how_paid
from portal.payments.providers import store_provider
from portal.refusals import too_many
from portal.views.ask_to_buy import ask_page
from portal.wording import words_of

READ_WRITE = ["GET", "HEAD", "POST"]


@require_safe
@requires(Right.OWN_USE)
def buy(request: MemberRequest) -> HttpResponse:
    """Choose a pack, looking at the total; the choice goes to the next step as its address.

    Who may not buy is told who may.
    """
    if Right.BUY not in rights_of(request.membership):
        return ask_page(request, status=403)
    form = ChoosePackForm(request.GET or None)
    if form.is_valid() and "look" not in request.GET:
        return redirect(f"{reverse('portal:confirm-order')}?{_as_address(form.cleaned_data)}")
    contract = request.membership.contract
    packs = list(Pack.objects.filter(active=True))
    offer = _first_offer(request.membership, form, packs)
    context = {
        "form": form,
        "packs": packs,
        "offer": offer,
        "needs_approval": offer is not None and is_over_limit(offer),
        "shared": balance(shared_pool(contract.id).id),
        "has_ended": contract.has_ended(timezone.now()),
        "drafts": Order.objects.filter(contract=contract, status=OrderStatus.DRAFT).select_related("pack")[:5],
    }
    return render(request, "portal/buy.html", context)


@require_http_methods(READ_WRITE)
@requires(Right.BUY)
@password_again
def confirm_order(request: MemberRequest) -> HttpResponse:
    """Show what would be bought for which contract; on POST place the order once, or keep it as a draft."""
    choice = ChoosePackForm(request.GET)
    if not choice.is_valid():
        return redirect("portal:buy")
    chosen = choice.cleaned_data
    draft_id = chosen.pop("draft")
    order = _offer(request.membership, **chosen)
    sent = request.POST if request.method == "POST" else None
    if sent and sent.get("do") == "draft":
        return _keep(request, chosen)
    form = ConfirmOrderForm(sent, membership=request.membership, order=order)
    if form.is_valid() and (done := _place(request, form, **chosen, draft_id=draft_id)):
        return done
    context = {
        "form": form,
        "order": order,
        "how_paid": how_paid(order),
        "usable_until": usable_until(order, timezone.now()),
        "needs_approval": is_over_limit(order),
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


def _as_address(chosen: dict[str, Any]) -> str:
    named = {"pack": chosen["pack"].code, "quantity": chosen["quantity"], "channel": chosen["channel"]}
    return urlencode(named | ({"draft": chosen["draft"]} if chosen.get("draft") else {}))


def _first_offer(membership: Membership, form: ChoosePackForm, packs: list[Pack]) -> Order | None:
    """Return what is chosen, or one of the first pack before anything is; None for a choice that cannot be."""
    if not form.is_bound:
        return _offer(membership, pack=packs[0], quantity=1, channel=Channel.STORE) if packs else None
    names = ("pack", "quantity", "channel")
    return _offer(membership, **{name: form.cleaned_data[name] for name in names}) if form.is_valid() else None


def _offer(membership: Membership, *, pack: Pack, quantity: int, channel: str) -> Order:
    """Return the order as it would be placed now, with its price and tax."""
    order = new_order(membership, pack, quantity, channel, "", order_id=None, is_draft=True)
    price_order(order, store_provider(), free=False)
    return order


def _keep(request: MemberRequest, chosen: dict[str, Any]) -> HttpResponse:
    form = OnceForm(request.POST, membership=request.membership)
    if not form.is_valid():
        return redirect("portal:buy")
    kept = orders.save_draft(
        membership=request.membership, draft_id=form.cleaned_data["key"], provider=store_provider(), **chosen
    )
    messages.success(request, _("Kept as a draft. Nothing is ordered yet."))
    return redirect("portal:order", order_id=kept.id)


def _place(request: MemberRequest, form: OnceForm, **what: Any) -> HttpResponse | None:
    """Place the order and go to its page; a refusal is shown on the form."""
    fields = ("activation_code", "purchase_order")
    told = {name: form.cleaned_data[name] for name in fields if name in form.cleaned_data}
    once = idempotency(request, form.cleaned_data["key"])
    try:
        order = orders.place(
            idempotency=once, membership=request.membership, provider=store_provider(), **what, **told
        ).order
    except LedgerError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, words_of(refusal))
        return None
    done = order.status == OrderStatus.FULFILLED
    (messages.success if done else messages.warning)(request, str(AFTER_PLACING[order.status]))
    return redirect("portal:order", order_id=order.id)
