"""How the reports write amounts and times. Names come from logs and may look like markup: nothing is marked safe."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.amounts import format_milli

register = template.Library()


@register.filter
def amount(milli: int) -> SafeString:
    """Write thousandths in groups of digits, with the exact value beside for machines."""
    exact = format_milli(milli)
    whole, point, fraction = exact.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return format_html('<data value="{}">{}{}{}{}</data>', exact, sign, f"{int(digits):,}", point, fraction)


@register.filter
def signed(milli: int) -> SafeString:
    """Write an amount with its sign: what was added or taken."""
    return format_html("+{}", amount(milli)) if milli > 0 else amount(milli)


@register.filter
def moment(at: datetime | None) -> str | SafeString:
    """Write an instant to the minute with its time zone."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    text = f"{local.day} {local:%b %Y, %H:%M} {local.tzname()}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), text)
