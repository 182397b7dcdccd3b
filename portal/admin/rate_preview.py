"""What would last month have cost? Asked by operators before they change the rate card."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.amounts import format_milli
from ledger.models import Service
from ledger.rate_preview import Figures, Line, preview
from portal.admin.base import DecimalField


class PreviewForm(forms.Form):
    """Which month, the rates of which instant, and one service's figures instead of those."""

    month = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$",
        label=gettext_lazy("Month"),
        widget=forms.TextInput(attrs={"type": "month"}),
        error_messages={"invalid": gettext_lazy("Write a month as 2026-10.")},
    )
    at = forms.DateTimeField(
        label=gettext_lazy("At the rates of"),
        widget=AdminTextInputWidget,
        help_text=gettext_lazy("In your time zone. A time to come shows rates that are entered and not in effect yet."),
    )
    service = forms.ModelChoiceField(
        Service.objects.select_related("product"),
        required=False,
        label=gettext_lazy("But this service"),
        empty_label=gettext_lazy("none: only the rates entered"),
    )
    amount_mt = DecimalField(required=False, label=gettext_lazy("Tokens"))
    step_m = DecimalField(required=False, label=gettext_lazy("Step"), initial=1000)
    minimum_mt = DecimalField(required=False, label=gettext_lazy("Minimum"), initial=0)

    def clean(self) -> dict[str, Any]:
        """Ask for the figures of a service that is named."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("service") and given.get("amount_mt") is None and "amount_mt" not in self.errors:
            self.add_error("amount_mt", _("Say how many tokens each started step would cost."))
        if given.get("step_m") == 0:
            self.add_error("step_m", _("A step covers something."))
        return given

    def period(self) -> tuple[datetime, datetime]:
        """Return the first instant of the month and of the next one, in UTC."""
        year, month = (int(part) for part in self.cleaned_data["month"].split("-"))
        following = (year + 1, 1) if month == 12 else (year, month + 1)
        return datetime(year, month, 1, tzinfo=UTC), datetime(*following, 1, tzinfo=UTC)

    def instead(self) -> dict[Any, Figures]:
        """Return the figures that replace a rate."""
        given = self.cleaned_data
        if not given["service"]:
            return {}
        step_m = 1000 if given["step_m"] is None else given["step_m"]
        return {given["service"].id: Figures(given["amount_mt"], step_m, given["minimum_mt"] or 0)}


@dataclass(frozen=True, slots=True)
class Total:
    """All lines together, in milli-tokens."""

    then_mt: int
    now_mt: int

    @property
    def difference_mt(self) -> int:
        return self.now_mt - self.then_mt


def preview_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show the form and, below it, last month at the rates that it names."""
    if not getattr(request.user, "has_perm", lambda _: False)("ledger.change_rate"):
        raise PermissionDenied
    form = PreviewForm(_asked(request))
    lines: list[Line] = []
    if form.is_valid():
        start, end = form.period()
        lines = preview(start=start, end=end, at=form.cleaned_data["at"], instead=form.instead())
    total = Total(sum(line.then_mt for line in lines), sum(line.now_mt for line in lines))
    shown = {"form": form, "lines": lines, "total": total, "add": _address_to_add(form)}
    return render(request, "admin/ledger/rate/preview.html", {**context, **shown})


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Return what was asked for, with last month and now where nothing was."""
    now = timezone.now().astimezone(UTC)
    last = f"{now.year - 1}-12" if now.month == 1 else f"{now.year}-{now.month - 1:02d}"
    return {"month": last, "at": f"{timezone.localtime(now):%Y-%m-%d %H:%M}", "step_m": "1", "minimum_mt": "0"} | {
        name: value for name, value in request.GET.items() if value
    }


def _address_to_add(form: PreviewForm) -> str:
    """Return the address of the form for a new rate with these figures filled in; empty without any."""
    if not form.is_valid() or not form.cleaned_data["service"]:
        return ""
    ((service_id, figures),) = form.instead().items()
    filled = {"amount_mt": figures.amount_mt, "step_m": figures.step_m, "minimum_mt": figures.minimum_mt}
    query = {"service": str(service_id)} | {name: format_milli(value) for name, value in filled.items()}
    return f"{reverse('admin:ledger_rate_add')}?{urlencode(query)}"
