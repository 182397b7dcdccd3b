"""Pools, to be read, and the one way for an operator to correct one: a posted adjustment with a reason."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path

from ledger.amounts import format_milli
from ledger.errors import LedgerError
from ledger.grants import REASON_LIMIT, adjust
from ledger.ids import new_id
from ledger.models import Pool
from portal.admin.base import DecimalField, ReadAdmin, tokens
from portal.once import idempotency


class AdjustmentForm(forms.Form):
    """How many tokens to add or take, why, and a key so that a second click does nothing more."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)
    amount = DecimalField(signed=True, label="Tokens", help_text="Such as 12.5 to add, -12.5 to take away.")
    reason = forms.CharField(
        max_length=REASON_LIMIT, widget=AdminTextareaWidget, help_text="The contract's members can read it."
    )


@admin.register(Pool)
class PoolAdmin(ReadAdmin):
    _amounts = (
        *(tokens("available_mt", "Available"), tokens("held_mt", "Held")),
        *(tokens("used_mt", "Used"), tokens("expired_mt", "Expired")),
    )
    fields = ("contract", "kind", "user", *_amounts, "created_at")
    list_display = ("__str__", "contract", *_amounts)
    list_filter = ("kind",)
    list_select_related = ("contract", "user")
    search_fields = ("=id", "contract__number", "contract__name", "user__email")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.adjust)
        return [path("<uuid:pool_id>/adjust/", view, name="ledger_pool_adjust"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        may = request.user.has_perm("ledger.change_pool")
        return super().change_view(request, object_id, form_url, {"may_adjust": may, **(extra_context or {})})

    def adjust(self, request: HttpRequest, pool_id: UUID) -> HttpResponse:
        """Show the form, or post the adjustment and return to the pool."""
        user = request.user
        if not isinstance(user, User) or not user.has_perm("ledger.change_pool"):
            raise PermissionDenied
        pool = get_object_or_404(Pool.objects.select_related("contract", "user"), id=pool_id)
        form = AdjustmentForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and self._adjusted(request, pool, user, form):
            return redirect("admin:ledger_pool_change", pool_id)
        title = f"Adjust: {pool}"
        context = {**self.admin_site.each_context(request), "title": title, "pool": pool, "form": form}
        return render(request, "admin/ledger/pool/adjust.html", context)

    def _adjusted(self, request: HttpRequest, pool: Pool, user: User, form: AdjustmentForm) -> bool:
        sent = form.cleaned_data
        key = idempotency(request, sent["key"])
        try:
            adjust(idempotency=key, pool_id=pool.id, amount_mt=sent["amount"], reason=sent["reason"], actor=user)
        except LedgerError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.detail)
            return False
        messages.success(request, f"{format_milli(sent['amount'])} tokens are posted.")
        return True
