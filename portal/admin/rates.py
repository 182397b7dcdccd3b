"""What can be charged and bought: products, services, rates by date, the gift table, packs."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.models import GiftRule, Pack, Product, Rate, Service
from ledger.pricing import rates_at
from portal.admin.base import AnyForm, DecimalField, KeptAdmin, PriceField, cents, tokens
from portal.admin.rate_preview import preview_page

CHANGEABLE = ("effective_until", "source")


class RateForm(AnyForm):
    """A rate; jobs that were priced by it before keep their price."""

    amount_mt = DecimalField(label=_("Tokens"), help_text=_("For each started step; 0 where the service is covered."))
    step_m = DecimalField(label=_("Step"), help_text=_("How much of the service's unit one step covers."))
    minimum_mt = DecimalField(label=_("Minimum"), help_text=_("Tokens for one job at least."))


class RateInEffectForm(AnyForm):
    """A rate by which jobs were priced already: only its end and where it is from can change."""

    def clean_effective_until(self) -> datetime | None:
        """Refuse an end in the past: it would tell another history than the one that was charged."""
        until: datetime | None = self.cleaned_data["effective_until"]
        if until and until != self.instance.effective_until and until < timezone.now():
            raise forms.ValidationError(_("A rate in effect ends now or later."))
        return until


class InEffect(admin.SimpleListFilter):
    """Rates by whether they are in effect, were, or will be."""

    title = _("effect")
    parameter_name = "effect"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("In effect")), ("later", _("To come")), ("past", _("Ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Rate]) -> QuerySet[Rate]:
        now = timezone.now()
        if self.value() == "later":
            return queryset.filter(effective_from__gt=now)
        if self.value() == "past":
            return queryset.filter(effective_until__lte=now)
        return queryset.filter(id__in=rates_at(now).order_by().values("id")) if self.value() == "now" else queryset


class GiftRuleForm(AnyForm):
    amount_mt = DecimalField(label=_("Tokens"), help_text=_("Per seat and period."))


class PackForm(AnyForm):
    amount_mt = DecimalField(label=_("Tokens"))
    price_cents = PriceField(label=_("Price"))


@admin.register(Product)
class ProductAdmin(KeptAdmin):
    list_display = ("name", "has_benefits")
    search_fields = ("name",)


@admin.register(Service)
class ServiceAdmin(KeptAdmin):
    list_display = ("name", "code", "product", "category", "unit", "refund_policy", "active")
    list_filter = ("active", "category", "product")
    list_select_related = ("product",)
    search_fields = ("name", "code")


@admin.register(Rate)
class RateAdmin(KeptAdmin):
    """Effective-dated: a new price is a new rate. Source: DOMAIN, "Rate card (data, with effective dates)"."""

    form = RateForm
    _figures = (
        *(tokens("amount_mt", _("Tokens")), tokens("step_m", _("Step"))),
        tokens("minimum_mt", _("Minimum")),
    )
    list_display = ("service", *_figures, "effective_from", "effective_until", "source")
    list_filter = (InEffect, "source", "service__product")
    list_select_related = ("service",)
    search_fields = ("service__name", "service__code")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({"form": RateInEffectForm} if _is_used(obj) else {}), **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if not _is_used(obj):
            return super().get_fieldsets(request, obj)
        said = _(
            "This rate is or was in effect, so its figures stay as they were charged. "
            "To change the price, add a rate that begins later; the preview shows what it would have cost."
        )
        return [(None, {"fields": (*self.get_readonly_fields(request, obj), *CHANGEABLE), "description": said})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("service", *self._figures, "covered_by", "effective_from") if _is_used(obj) else ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview)
        return [path("preview/", view, name="ledger_rate_preview"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        # Sent without what the preview carried in the address: after the password only such a form is taken up again.
        return super().add_view(request, form_url or request.path, extra_context)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Show what last month would have cost."""
        title = _("What would last month have cost?")
        return preview_page(request, {**self.admin_site.each_context(request), "title": title})


def _is_used(rate: Rate | None) -> bool:
    return rate is not None and rate.effective_from <= timezone.now()


@admin.register(GiftRule)
class GiftRuleAdmin(KeptAdmin):
    form = GiftRuleForm
    list_display = ("name", "length", tokens("amount_mt", _("Tokens")), "period", "term_months")


@admin.register(Pack)
class PackAdmin(KeptAdmin):
    form = PackForm
    list_display = ("name", "code", tokens("amount_mt", _("Tokens")), cents("price_cents", _("Price")), "active")
