"""How templates write amounts, prices, times and states. Names from logs are text: nothing here marks input as safe."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from ledger.ids import new_id
from ledger.models import PoolKind
from portal import allocation
from portal.membership import SignedInRequest
from portal.pools import pool_lines
from reporting.written import time_element, written_amount

register = template.Library()
register.filter("when", time_element)

ICONS = {
    **dict.fromkeys(("completed", "fulfilled", "approved", "enabled", "ready", "sent", "paid"), "check"),
    **dict.fromkeys(("failed", "refused", "declined", "cancelled", "expired"), "cross"),
    **dict.fromkeys(("running", "pending", "awaiting_approval", "placed", "invoiced"), "clock"),
    "producing": "play",
}


@register.filter
def number(milli: int | None) -> str:
    """Write thousandths (milli-tokens, or of a unit) as the reader's language does: 1234500 becomes 1,234.5."""
    return "" if milli is None else written_amount(milli)


@register.filter
def tokens(amount_mt: int | None) -> str:
    """Write milli-tokens with their unit: 11000 becomes "11 tokens"."""
    if amount_mt is None:
        return ""
    return ngettext("%(amount)s token", "%(amount)s tokens", 1 if amount_mt == 1000 else 2) % {
        "amount": number(amount_mt)
    }


@register.filter
def money(cents: int, currency: str) -> str:
    """Write a price as the reader's language does: 15000 in USD becomes "USD 150.00"."""
    return f"{currency} {number_format(Decimal(cents) / 100, 2, use_l10n=True, force_grouping=True)}"


@register.filter
def day(at: datetime | None) -> str | SafeString:
    """Write the day of a time in the reader's zone."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    text = date_format(local, "SHORT_DATE_FORMAT")
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), text)


@register.inclusion_tag("components/status.html")
def status(value: str, label: str) -> dict[str, Any]:
    """Show a state with an icon and words beside its colour."""
    return {"value": value, "label": label, "icon": ICONS.get(value, "clock")}


@register.inclusion_tag("components/allocation_dialog.html", takes_context=True)
def allocation_dialog(context: dict[str, Any]) -> dict[str, Any]:
    """Show the cloud allocation amount once per session. Source: InfraWorks seed, "you should see a dialog"."""
    request: SignedInRequest = context["request"]
    membership = getattr(request, "membership", None)
    if membership is None or membership.enabled_at is None or not allocation.is_due(request):
        return {}
    allocation.show(request)
    lines = context.get("pools_at_a_glance") or pool_lines(membership)
    usable = [line for line in lines if membership.may_use_shared or line.kind == PoolKind.INDIVIDUAL]
    return {"pools": usable, "contract": membership.contract}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, *, quiet: bool = False) -> dict[str, Any]:
    """Write a form's field with its label, help and errors; `quiet` where it goes without saying what is optional."""
    kind = bound.widget_type
    css = {
        "checkbox": "form-check-input",
        "select": "form-select",
        "radioselect": "",
        "checkboxselectmultiple": "",
    }.get(kind, "form-control")
    classes = f"{css} is-invalid" if bound.errors and css else css
    return {
        "field": bound,
        "kind": kind,
        "quiet": quiet,
        "widget": bound.as_widget(attrs={"class": classes} if classes else None),
    }


@register.inclusion_tag("components/copyable.html")
def copyable(value: object, label: str) -> dict[str, Any]:
    """Write an id or a key with a button that copies it; `label` says of what, for who does not see it beside."""
    return {"value": value, "label": label}


@register.simple_tag
def new_key() -> str:
    """Return a key that no form has carried yet."""
    return str(new_id())


@register.simple_tag(takes_context=True)
def came_from(context: dict[str, Any]) -> str:
    """Return the address within this site from which the reader came; empty where it is this page, or elsewhere."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return ""
    came = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came, allowed_hosts={request.get_host()}):
        return ""
    where = urlsplit(came)
    path = where.path + (f"?{where.query}" if where.query else "")
    return "" if where.path == request.path or path.startswith("//") else path
