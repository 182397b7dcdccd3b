"""Pools, to be read, and the one way for an operator to correct one: an adjustment with a reason."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from ledger.models import Pool
from portal.admin.adjustments import AdjustmentForm, adjusted, operator_of
from portal.admin.base import ContractReadAdmin, tokens


@admin.register(Pool)
class PoolAdmin(ContractReadAdmin):
    _amounts = (
        *(tokens("available_mt", _("Available")), tokens("held_mt", _("Held"))),
        *(tokens("used_mt", _("Used")), tokens("expired_mt", _("Expired"))),
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
        """Show the form, or ask for the adjustment and return to the pool."""
        operator_of(request)
        pool = get_object_or_404(Pool.objects.select_related("contract", "user"), id=pool_id)
        if asked := self.reason_first(request, pool_id):
            return asked
        form = AdjustmentForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and adjusted(request, pool, form):
            return redirect("admin:ledger_pool_change", pool_id)
        title = _("Adjust: %(pool)s") % {"pool": pool}
        context = {**self.admin_site.each_context(request), "title": title, "pool": pool, "form": form}
        return render(request, "admin/ledger/pool/adjust.html", context)
