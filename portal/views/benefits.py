"""Enable Your Subscription Benefits: at once by invitation, else by contract and serial number and an approval.

Source: InfraWorks seed, "click Enable Your Subscription Benefits to verify your Subscription".
"""

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ledger import benefits
from ledger.errors import EmailNotVerified, LedgerError
from ledger.models import Benefit, BenefitStatus, Gift, Service
from portal.access import anybody_signed_in
from portal.addresses import is_verified
from portal.forms.benefits import ContractNumberForm
from portal.limits import benefit_attempt
from portal.membership import SignedInRequest, remember
from portal.refusals import too_many
from portal.wording import words_of

WAITS = gettext_lazy(
    "The numbers match. An administrator or coordinator of the contract has to approve; you will get an e-mail."
)
HELP: Final = {
    "no_such_subscription": gettext_lazy(
        "No subscription matches this contract number and serial number. "
        "Check both on your contract's paper, or ask your administrator to invite you."
    ),
    "contract_expired": gettext_lazy(
        "This contract has expired. Ask your administrator or reseller to renew it; then try again."
    ),
    "product_excluded": gettext_lazy(
        "This product has no cloud benefits. If you have another product, use its serial number."
    ),
    "no_free_seat": gettext_lazy(
        "All seats of this subscription are taken. Ask your administrator to free one or to add seats."
    ),
    "email_not_verified": gettext_lazy(
        "Confirm your e-mail address first: open the message we sent you, or send it again here."
    ),
    "invitation_lapsed": gettext_lazy(
        "Your invitation has lapsed after seven days. Ask an administrator to send it again."
    ),
}
NO_INVITATION = gettext_lazy(
    "There is no invitation for your e-mail address. Give the numbers of your contract instead."
)


@dataclass(frozen=True, slots=True)
class Enabled:
    """An enabled benefit with what it brought: services to use, and the gift in milli-tokens."""

    benefit: Benefit
    services: list[Service]
    gift_mt: int


@require_safe
@anybody_signed_in
def benefit_overview(request: SignedInRequest) -> HttpResponse:
    return _page(request, ContractNumberForm(), asks_numbers="numbers" in request.GET)


@require_POST
@anybody_signed_in
def enable_benefits(request: SignedInRequest) -> HttpResponse:
    """The button: who was invited is enabled at once, everybody else is asked for their contract."""
    if wait_s := benefit_attempt(request.user.pk):
        return too_many(request, wait_s)
    try:
        enabled = benefits.enable_by_invitation(user=request.user, email_verified=is_verified(request.user))
    except EmailNotVerified as refusal:
        messages.error(request, HELP[refusal.code])
        return redirect("account_email")
    except LedgerError as refusal:
        messages.error(request, HELP.get(refusal.code, words_of(refusal)))
        return redirect(_numbers())
    if not enabled:
        messages.info(request, NO_INVITATION)
        return redirect(_numbers())
    return _enabled(request, enabled[0])


@require_POST
@anybody_signed_in
def request_enabling(request: SignedInRequest) -> HttpResponse:
    """Contract and serial number: a match waits for an administrator or coordinator."""
    form = ContractNumberForm(request.POST)
    if not form.is_valid():
        return _page(request, form, asks_numbers=True)
    if wait_s := benefit_attempt(request.user.pk):
        return too_many(request, wait_s)
    try:
        benefit = benefits.request_enabling(
            user=request.user, email_verified=is_verified(request.user), **form.cleaned_data
        )
    except LedgerError as refusal:
        form.add_error(None, HELP.get(refusal.code, words_of(refusal)))
        return _page(request, form, asks_numbers=True)
    if benefit.status == BenefitStatus.ENABLED:
        return _enabled(request, benefit)
    messages.success(request, WAITS)
    return redirect("portal:benefits")


def _enabled(request: SignedInRequest, benefit: Benefit) -> HttpResponse:
    remember(request, benefit.contract_id)
    messages.success(request, gettext("Your subscription benefits are enabled."))
    return redirect("portal:benefits")


def _numbers() -> str:
    return f"{reverse('portal:benefits')}?numbers=yes"


def _page(request: SignedInRequest, form: ContractNumberForm, *, asks_numbers: bool) -> HttpResponse:
    related = Benefit.objects.filter(user=request.user).select_related("contract", "subscription__product")
    found = list(related[:20])
    context = {
        "form": form,
        "asks_numbers": asks_numbers,
        "enabled": _what_they_brought(request.user, found),
        "others": [benefit for benefit in found if benefit.status != BenefitStatus.ENABLED],
    }
    return render(request, "portal/benefits.html", context)


def _what_they_brought(user: User, found: list[Benefit]) -> list[Enabled]:
    """List services and gifts for each enabled benefit, in two statements for each contract."""
    enabled = [benefit for benefit in found if benefit.status == BenefitStatus.ENABLED]
    gifts = Gift.objects.filter(user=user).values_list("seat__subscription_id").annotate(Sum("amount_mt"))
    gift_mt = dict(gifts)
    services = {
        contract_id: list(benefits.eligible_services(contract_id))
        for contract_id in {benefit.contract_id for benefit in enabled}
    }
    return [
        Enabled(benefit, services[benefit.contract_id], gift_mt.get(benefit.subscription_id, 0)) for benefit in enabled
    ]
