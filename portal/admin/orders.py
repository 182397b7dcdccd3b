"""Orders, to be read; what operators do to them: note that an invoice was paid, deliver what was paid too late. And
activation codes for resellers, which are shown once.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger import order_payments
from ledger.activation_codes import new_code
from ledger.errors import LedgerError
from ledger.models import ActivationCode, Order
from ledger.texts import is_storable
from portal.admin.adjustments import operator_of
from portal.admin.base import ContractReadAdmin, KeptAdmin, cents, tokens
from portal.wording import words_of


class ReceivedForm(forms.Form):
    """What the bank calls the payment."""

    reference = forms.CharField(max_length=200)

    def clean_reference(self) -> str:
        reference: str = self.cleaned_data["reference"]
        if not is_storable(reference):
            raise forms.ValidationError(_("The reference has characters that cannot be kept."))
        return reference


class ProviderFilter(admin.AllValuesFieldListFilter):
    """Who takes the money, with a word for nobody: a link without words leads nowhere that one could tell."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or _("None")}


@admin.register(Order)
class OrderAdmin(ContractReadAdmin):
    _amounts = (
        tokens("amount_mt", gettext_lazy("Tokens")),
        *(cents("price_cents", gettext_lazy("Price")), cents("tax_cents", gettext_lazy("Tax"))),
        cents("total_cents", gettext_lazy("Total"), ordering=""),
    )
    fields = (
        *("contract", "reference", "status", "pack", "quantity", *_amounts, "channel", "provider", "purchase_order"),
        *("payment_reference", "ordered_by", "created_at", "approved_by", "approved_at", "invoiced_at", "paid_at"),
        *("fulfilled_at", "cancelled_at", "expires_at"),
    )
    list_display = ("created_at", "reference", "contract", "pack", "quantity", *_amounts[:1], _amounts[3], "status")
    list_filter = ("status", "channel", ("provider", ProviderFilter), ("paid_at", admin.EmptyFieldListFilter))
    list_select_related = ("contract", "pack")
    search_fields = ("=id", "contract__number", "purchase_order", "payment_reference")

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<uuid:order_id>/paid/", guard(self.record), name="ledger_order_paid"),
            path("<uuid:order_id>/deliver/", guard(self.deliver), name="ledger_order_deliver"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        may = request.user.has_perm("ledger.change_order")
        return super().change_view(request, object_id, form_url, {"may_settle": may, **(extra_context or {})})

    def record(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        """Note that an invoice was paid."""
        form = ReceivedForm(request.POST)
        reference = form.cleaned_data["reference"] if form.is_valid() else ""
        return self._done(request, order_id, _("The payment is recorded."), reference=reference)

    def deliver(self, request: HttpRequest, order_id: UUID) -> HttpResponse:
        """Let the tokens arrive of what was paid too late."""
        return self._done(request, order_id, _("The tokens are in the shared pool."), reference=None)

    def _done(self, request: HttpRequest, order_id: UUID, done: str, *, reference: str | None) -> HttpResponse:
        operator = operator_of(request, "ledger.change_order")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if asked := self.reason_first(request, order_id):
            return asked
        try:
            if reference is None:
                order_payments.deliver(operator=operator, order_id=order_id)
            elif reference:
                order_payments.record_payment(operator=operator, order_id=order_id, reference=reference)
            else:
                messages.error(request, _("Say what the bank calls the payment."))
                return redirect("admin:ledger_order_change", order_id)
        except LedgerError as refusal:
            messages.error(request, words_of(refusal))
        else:
            messages.success(request, done)
        return redirect("admin:ledger_order_change", order_id)


@admin.register(ActivationCode)
class ActivationCodeAdmin(KeptAdmin):
    """Made here, one at a time; nobody can read a code again, and nobody changes one."""

    fields = ("pack", "quantity", "note")
    list_display = ("made_at", "pack", "quantity", "note", "is_used")
    list_filter = ("pack", ("order", admin.EmptyFieldListFilter))
    list_select_related = ("pack",)
    search_fields = ("note",)
    ordering = ("-made_at",)

    @admin.display(boolean=True, description=gettext_lazy("Used"))
    def is_used(self, code: ActivationCode) -> bool:
        return code.order_id is not None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ActivationCode, form: Any, change: bool) -> None:
        """Make the code and show it, this once."""
        code, obj.code_hash = new_code()
        super().save_model(request, obj, form, change)
        messages.warning(request, _("The code, which nobody can see again: %(code)s") % {"code": code})
