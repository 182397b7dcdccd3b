"""What can be charged and bought: products, services, rates by date, the gift table, packs."""

from django.contrib import admin

from ledger.models import GiftRule, Pack, Product, Rate, Service
from portal.admin.base import AnyForm, DecimalField, KeptAdmin, PriceField, tokens


class RateForm(AnyForm):
    """A rate; jobs that were priced by it before keep their price."""

    amount_mt = DecimalField(label="Tokens", help_text="For each started step; 0 where the service is covered.")
    step_m = DecimalField(label="Step", help_text="How much of the service's unit one step covers.")
    minimum_mt = DecimalField(label="Minimum", help_text="Tokens for one job at least.")


class GiftRuleForm(AnyForm):
    amount_mt = DecimalField(label="Tokens", help_text="Per seat and period.")


class PackForm(AnyForm):
    amount_mt = DecimalField(label="Tokens")
    price_cents = PriceField(label="Price")


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
    form = RateForm
    list_display = (
        "service",
        tokens("amount_mt", "Tokens"),
        tokens("step_m", "Step"),
        tokens("minimum_mt", "Minimum"),
        "effective_from",
        "effective_until",
        "source",
    )
    list_filter = ("source", "service__product")
    list_select_related = ("service",)
    search_fields = ("service__name", "service__code")


@admin.register(GiftRule)
class GiftRuleAdmin(KeptAdmin):
    form = GiftRuleForm
    list_display = ("name", "length", tokens("amount_mt", "Tokens"), "period", "term_months")


@admin.register(Pack)
class PackAdmin(KeptAdmin):
    form = PackForm
    list_display = ("name", "code", tokens("amount_mt", "Tokens"), "price_cents", "currency", "active")
