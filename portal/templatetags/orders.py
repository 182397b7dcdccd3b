"""How templates write what only orders have. The rest is in portal/templatetags/portal.py."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def percent(rate_bp: int) -> str:
    """Write a rate in hundredths of a per cent as the reader's language does: 1900 becomes "19 %"."""
    return f"{number_format(Decimal(rate_bp) / 100, 0 if rate_bp % 100 == 0 else 2, use_l10n=True)} %"
