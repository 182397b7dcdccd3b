"""Corrections of pools: the form that asks for one, and the second operator's decision on those over the limit."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger import adjustments
from ledger.amounts import MILLI, format_milli
from ledger.errors import LedgerError
from ledger.ids import new_id
from ledger.models import Adjustment, AdjustmentStatus, Pool
from ledger.texts import REASON_LIMIT
from portal.admin.base import ContractReadAdmin, DecimalField, tokens


class AdjustmentForm(forms.Form):
    """How many tokens to add or take, why, and a key so that a second click does nothing more."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)
    amount = DecimalField(signed=True, label=_("Tokens"), help_text=_("Such as 12.5 to add, -12.5 to take away."))
    reason = forms.CharField(
        max_length=REASON_LIMIT, widget=AdminTextareaWidget, help_text=_("The contract's members can read it.")
    )


def adjusted(request: HttpRequest, pool: Pool, form: AdjustmentForm) -> bool:
    """Do what the form says, or add the refusal to it and return False."""
    sent = form.cleaned_data
    try:
        done = adjustments.ask(
            adjustment_id=sent["key"],
            operator=operator_of(request),
            pool_id=pool.id,
            amount_mt=sent["amount"],
            reason=sent["reason"],
            limit_mt=settings.ADJUSTMENT_LIMIT * MILLI,
        )
    except LedgerError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.detail)
        return False
    if done.status == AdjustmentStatus.WAITING:
        messages.warning(request, _("This is over the limit of one operator: it waits for a second one."))
    else:
        messages.success(request, _("%(amount)s tokens are posted.") % {"amount": format_milli(sent["amount"])})
    return True


def operator_of(request: HttpRequest, right: str = "ledger.change_pool") -> User:
    """Return the operator who has this permission; without one named, to correct pools.

    Raises:
        PermissionDenied: they may not.
    """
    user = request.user
    if not isinstance(user, User) or not user.has_perm(right):
        raise PermissionDenied
    return user


@admin.register(Adjustment)
class AdjustmentAdmin(ContractReadAdmin):
    fields = (
        *("contract", "pool", tokens("amount_mt", _("Tokens")), "reason", "status"),
        *("requested_by", "requested_at", "decided_by", "decided_at"),
    )
    list_display = ("requested_at", "pool", tokens("amount_mt", _("Tokens")), "status", "requested_by", "decided_by")
    list_filter = ("status",)
    list_select_related = ("pool__user", "pool__contract", "requested_by", "decided_by")
    search_fields = ("=id", "contract__number", "reason")

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        return [
            path("<uuid:adjustment_id>/approve/", site.admin_view(self.approve), name="ledger_adjustment_approve"),
            path("<uuid:adjustment_id>/decline/", site.admin_view(self.decline), name="ledger_adjustment_decline"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        may = request.user.has_perm("ledger.change_pool")
        return super().change_view(request, object_id, form_url, {"may_decide": may, **(extra_context or {})})

    def approve(self, request: HttpRequest, adjustment_id: UUID) -> HttpResponse:
        """Post a correction that another operator asked for."""
        return self._decided(request, adjustment_id, adjustments.approve, gettext("The adjustment is posted."))

    def decline(self, request: HttpRequest, adjustment_id: UUID) -> HttpResponse:
        """Give a correction up."""
        return self._decided(request, adjustment_id, adjustments.decline, gettext("The adjustment is declined."))

    def _decided(self, request: HttpRequest, adjustment_id: UUID, verb: Any, done: str) -> HttpResponse:
        operator = operator_of(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if asked := self.reason_first(request, adjustment_id):
            return asked
        verb(adjustment_id=adjustment_id, operator=operator)
        messages.success(request, done)
        return redirect("admin:ledger_adjustment_change", adjustment_id)
