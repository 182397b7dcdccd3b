"""How mails, which are plain text, write times."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def at(instant: datetime | None) -> str:
    """Write a time in the reader's zone, and the zone."""
    if instant is None:
        return ""
    local = timezone.localtime(instant)
    text = date_format(local, pgettext("instant, as Django's date filter takes it", "j M Y, H:i"))
    return f"{text} {local.tzname()}"
