"""How single values look in answers, and the fields that show it in OpenAPI."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.amounts import format_cents, format_milli

amount = format_milli
"""Thousandths as a decimal string."""
money = format_cents
"""Hundredths of a currency's unit as a decimal string."""


def instant(at: datetime) -> str:
    """Return an aware time as RFC 3339 in UTC."""
    return at.isoformat().replace("+00:00", "Z")


def instant_or_none(at: datetime | None) -> str | None:
    """Return the same, or None."""
    return instant(at) if at else None


@extend_schema_field({"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]{0,2}[1-9])?$", "example": "11"})
class AmountShape(serializers.CharField):
    """A number of tokens, or of a service's units, as a decimal string."""


@extend_schema_field({"type": "string", "format": "date-time", "example": "2012-06-01T00:00:00Z"})
class InstantShape(serializers.CharField):
    """A time in UTC."""


def page_of(shape: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """Return the shape of a page of `shape`."""
    name = shape.__name__.removesuffix("Answer") + "Page"
    fields = {
        "results": shape(many=True),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "__module__": __name__,
    }
    return type(name, (serializers.Serializer,), fields)
