"""Reading a contract's data as an operator: asked for a reason once per session and contract, which the log keeps.

Source: DOMAIN, "Who may do what": read, reason logged.
"""

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from ledger import audit
from ledger.models import Contract
from ledger.texts import REASON_LIMIT, is_storable

SESSION_KEY: Final = "contracts_read"
NOTHING_OPENED: Final = _(
    "Here stands what belongs to the contracts you gave a reason to read, in this session: none yet. "
    "Choose one under Contracts, and Read its books there."
)


class ReasonForm(forms.Form):
    """Why an operator looks at what belongs to a contract."""

    reason = forms.CharField(
        max_length=REASON_LIMIT,
        min_length=3,
        help_text=_("Such as the number of a support request. The contract's own people read it in their audit log."),
    )

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if not is_storable(reason):
            raise forms.ValidationError(_("The reason has characters that cannot be kept."))
        return reason


def opened(request: HttpRequest) -> list[str]:
    """Return the ids of the contracts that this session gave a reason for."""
    return list(request.session.get(SESSION_KEY, []))


def is_open(request: HttpRequest, contract_id: UUID) -> bool:
    """Tell whether this session may read what belongs to the contract."""
    return str(contract_id) in opened(request)


def ask_first(request: HttpRequest, contract_id: UUID) -> HttpResponseRedirect:
    """Send the operator to give a reason, and back here afterwards."""
    return redirect(f"{address(contract_id)}?{urlencode({'next': request.get_full_path()})}")


def address(contract_id: UUID) -> str:
    """Return the address of the page that asks for the reason."""
    return reverse("admin:read-contract", args=[contract_id])


def read_contract(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Ask for a reason to read a contract's books, and write it into the contract's audit log."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm("ledger.view_transaction"):
        raise PermissionDenied
    contract = get_object_or_404(Contract, id=contract_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        audit.record(
            contract=contract,
            actor=user,
            action="contract.read",
            subject=contract.number,
            detail=form.cleaned_data["reason"],
        )
        request.session[SESSION_KEY] = [*opened(request), str(contract.id)]
        return redirect(_next(request, contract))
    context = {
        **admin.site.each_context(request),
        "title": _("Read the books of %(contract)s") % {"contract": contract},
        "form": form,
    }
    return render(request, "admin/ledger/contract/read.html", {**context, "contract": contract})


def _next(request: HttpRequest, contract: Contract) -> str:
    wanted = request.GET.get("next", "")
    # Only back into the operators' pages: this address is a link that anybody could have made.
    inside = wanted.startswith(f"/{settings.ADMIN_PATH}") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=request.is_secure()
    )
    return wanted if inside else reverse("admin:ledger_contract_change", args=[contract.id])
