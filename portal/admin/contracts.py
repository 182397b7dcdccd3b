"""Contracts, opened with their book and pool, and subscriptions with their seats."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ledger.contracts import open_contract
from ledger.models import Benefit, Contract, Membership, Seat, Subscription
from portal.admin.base import AnyForm, AnyInline, ContractReadAdmin, KeptAdmin, PriceField

OPTIONS = (
    *("allow_split", "project_required", "refund_grace_s", "approval_limit_cents"),
    *("tax_name", "tax_rate_bp", "pays_first"),
)
SEAT_CHOICES = "_seat_choices"
BLANK = "---------"


class ContractForm(AnyForm):
    approval_limit_cents = PriceField(
        required=False,
        label=_("Approval limit"),
        help_text=_("Orders above this price need an administrator's approval."),
    )
    tax_rate_bp = PriceField(
        label=_("Tax rate"),
        initial=0,
        help_text=_("In per cent, such as 19 or 7.70. Placed orders keep the rate they had."),
    )


class OpenContractForm(ContractForm):
    """A new contract, which has an administrator from its first day."""

    administrator = forms.EmailField(help_text=_("E-mail address of somebody who has an account."))

    def clean_administrator(self) -> User:
        found = User.objects.filter(email__iexact=self.cleaned_data["administrator"], is_active=True)[:2]
        if len(found) != 1:
            raise forms.ValidationError(_("Exactly one account must have this address."))
        return found[0]


@admin.register(Contract)
class ContractAdmin(KeptAdmin):
    form = ContractForm
    fields = ("number", "name", "starts_at", "ends_at", *OPTIONS)
    list_display = ("number", "name", "starts_at", "ends_at")
    search_fields = ("number", "name")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": OpenContractForm}), **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else (*self.fields, "administrator")

    def save_model(self, request: HttpRequest, obj: Contract, form: Any, change: bool) -> None:
        """Save a contract; a new one gets its book, its shared pool and its administrator."""
        if change:
            super().save_model(request, obj, form, change)
            return
        opened = open_contract(**form.cleaned_data)
        obj.id = opened.id
        obj.refresh_from_db()
        self.audit(request, obj, change=change)

    def contract_of(self, obj: Contract) -> Contract:
        return obj


class SeatInline(AnyInline):
    model = Seat
    extra = 1
    can_delete = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Offer a seat to the members of its contract only; a new subscription is saved first."""
        if db_field.name == "user":
            match = request.resolver_match
            subscription = match.kwargs.get("object_id") if match else None
            members = User.objects.filter(memberships__contract__subscriptions=subscription)
            kwargs["queryset"] = members if subscription else User.objects.none()
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "user":
            field.choices = _asked_once(request, field)
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user", "subscription__product")


def _asked_once(request: HttpRequest, field: Any) -> list[tuple[Any, str]]:
    """Return who may have a seat: the admin makes the formset several times for one page, with a field for each."""
    if not hasattr(request, SEAT_CHOICES):
        setattr(request, SEAT_CHOICES, [("", BLANK), *((user.pk, str(user)) for user in field.queryset)])
    found: list[tuple[Any, str]] = getattr(request, SEAT_CHOICES)
    return found


@admin.register(Subscription)
class SubscriptionAdmin(KeptAdmin):
    inlines = (SeatInline,)
    list_display = ("serial_number", "product", "contract", "rule", "starts_at", "ends_at")
    list_filter = ("product", "rule")
    list_select_related = ("product", "contract", "rule")
    search_fields = ("serial_number", "contract__number", "contract__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the seats; the audit log says who got which."""
        super().save_formset(request, form, formset, change)
        for seat in formset.new_objects:
            self.audit(request, seat, change=False, detail=f"user: {seat.user or 'nobody'}")
        for seat, _changes in formset.changed_objects:
            self.audit(request, seat, change=True, detail=f"user: {seat.user or 'nobody'}")

    def contract_of(self, obj: Subscription | Seat) -> Contract:
        return obj.subscription.contract if isinstance(obj, Seat) else obj.contract

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A subscription stays with its contract: its gifts are in that contract's books."""
        return ("contract",) if obj else ()


@admin.register(Membership)
class MembershipAdmin(ContractReadAdmin):
    list_display = ("user", "contract", "role", "uses_shared", "enabled_at")
    list_filter = ("role",)
    list_select_related = ("user", "contract")
    search_fields = ("user__email", "contract__number", "contract__name")


@admin.register(Benefit)
class BenefitAdmin(ContractReadAdmin):
    list_display = ("user", "contract", "subscription", "status", "requested_at", "decided_at")
    list_filter = ("status",)
    list_select_related = ("user", "contract", "subscription__product")
    search_fields = ("user__email", "contract__number", "contract__name")
