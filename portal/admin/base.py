"""What the operators' pages share: amounts as decimals, an audit entry for every change, lists to read only."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest

from ledger import audit
from ledger.amounts import format_milli, parse_milli
from ledger.errors import InvalidAmount
from ledger.models import Contract

if TYPE_CHECKING:
    # Generic for the type checker only.
    AnyAdmin = admin.ModelAdmin[Any]
    AnyForm = forms.ModelForm[Any]
    AnyInline = admin.TabularInline[Any, Any]
else:
    AnyAdmin, AnyForm, AnyInline = admin.ModelAdmin, forms.ModelForm, admin.TabularInline


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
        return f"{value // 100}.{value % 100:02d}" if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def tokens(name: str, title: str) -> Callable[[Any], str]:
    """Return a column that shows the field `name`, in milli-tokens, as a decimal number of tokens."""

    @admin.display(description=title, ordering=name)
    def shown(row: Any) -> str:
        return format_milli(getattr(row, name))

    return shown


class KeptAdmin(AnyAdmin):
    """Something operators keep: added and changed, never deleted, with an entry in the audit log each time."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

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
