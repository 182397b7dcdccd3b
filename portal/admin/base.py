"""What the operators' pages share: amounts as decimals, an audit entry for every change, lists to read only."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from ledger import audit
from ledger.amounts import format_cents, format_milli, parse_milli
from ledger.errors import InvalidAmount
from ledger.models import Contract
from portal import operator_reading

if TYPE_CHECKING:
    # Generic for the type checker only.
    AnyAdmin = admin.ModelAdmin[Any]
    AnyForm = forms.ModelForm[Any]
    AnyInline = admin.StackedInline[Any, Any]
else:
    AnyAdmin, AnyForm, AnyInline = admin.ModelAdmin, forms.ModelForm, admin.StackedInline


class DecimalField(forms.Field):
    """Thousandths (milli-tokens, or of a unit), written as a decimal: 500 is shown and read as 0.5."""

    widget = AdminTextInputWidget

    def __init__(self, *, signed: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.signed = signed

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        try:
            return parse_milli(str(value).strip(), signed=self.signed)
        except InvalidAmount as error:
            raise forms.ValidationError(error.detail) from error

    def prepare_value(self, value: Any) -> Any:
        return format_milli(value) if isinstance(value, int) else value


class PriceField(forms.DecimalField):
    """Cents, written as a price: 15000 is shown and read as 150.00."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_digits=12, decimal_places=2, **kwargs)

    def clean(self, value: Any) -> Any:
        price = super().clean(value)
        return None if price is None else int(price * 100)

    def prepare_value(self, value: Any) -> Any:
        return format_cents(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def cents(name: str, title: Any, *, ordering: str | None = None) -> Callable[[Any], str]:
    """Return a column that shows the field `name`, in cents, as a price in the row's currency."""

    @admin.display(description=title, ordering=name if ordering is None else ordering or None)
    def shown(row: Any) -> str:
        return f"{row.currency} {format_cents(getattr(row, name))}"

    return shown


def tokens(name: str, title: Any) -> Callable[[Any], str]:
    """Return a column that shows the field `name`, in milli-tokens, as a decimal number of tokens."""

    @admin.display(description=title, ordering=name)
    def shown(row: Any) -> str:
        return format_milli(getattr(row, name))

    return shown


class KeptAdmin(AnyAdmin):
    """Something operators keep: added and changed, never deleted, with an entry in the audit log each time."""

    # A form that carries the list's filters in its address is not taken up again after the password was asked for.
    preserve_filters = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Name both boxes of a date with a time, which Django's form leaves to their place on the page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.SplitDateTimeField):
            for box, part in zip(field.widget.widgets, (_("date"), _("time")), strict=True):
                box.attrs["aria-label"] = f"{field.label}: {part}"
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data or not change:
            self.audit(request, obj, change=change, detail=", ".join(form.changed_data) if change else "")

    def audit(self, request: HttpRequest, obj: Any, *, change: bool, detail: str = "") -> None:
        """Note who did it; what belongs to a contract stands in that contract's log."""
        assert isinstance(request.user, User), "the admin lets nobody else in"
        audit.record(
            contract=self.contract_of(obj),
            actor=request.user,
            action=f"{obj._meta.model_name}.{'changed' if change else 'added'}",
            subject=obj,
            detail=detail,
        )

    def contract_of(self, obj: Any) -> Contract | None:
        """Return the contract that `obj` belongs to; None for what all contracts share."""
        return getattr(obj, "contract", None)


class ReadAdmin(AnyAdmin):
    """Something operators read: not even a superuser adds, changes or deletes it here."""

    fields: ClassVar[Any] = None  # names and columns
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ContractReadAdmin(ReadAdmin):
    """What belongs to a contract, to be read by operators who said why."""

    list_select_related: ClassVar[Any] = ()  # by the list, and by the page of one
    fields: ClassVar[Any] = None  # names and columns

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return what belongs to the contracts that this session gave a reason for, and what belongs to none."""
        mine = Q(contract__in=operator_reading.opened(request)) | Q(contract__isnull=True)
        return super().get_queryset(request).filter(mine).select_related(*self.list_select_related)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not operator_reading.opened(request):
            messages.info(request, operator_reading.NOTHING_OPENED)
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self.reason_first(request, object_id) or super().change_view(request, object_id, form_url, extra_context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.reason_first(request, object_id) or super().history_view(request, object_id, extra_context)

    def reason_first(self, request: HttpRequest, object_id: object) -> HttpResponse | None:
        """Ask an operator who may look at this kind of thing why, once per contract; None when that is done."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            key = self.model._meta.pk.to_python(object_id)
        except ValidationError:
            return None
        found = super().get_queryset(request).filter(pk=key).values_list("contract_id", flat=True).first()
        if found is None or operator_reading.is_open(request, found):
            return None
        return operator_reading.ask_first(request, found)
