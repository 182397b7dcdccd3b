"""The query strings of lists."""

from typing import Any, Final

from rest_framework.exceptions import ValidationError

from portal.api.requests.base import Query
from portal.api.requests.fields import InstantField, QueryCountField, TextField

MAX_LIMIT: Final = 1000
DEFAULT_LIMIT: Final = 100


class PageQuery(Query):
    """Which part of a list."""

    limit = QueryCountField(maximum=MAX_LIMIT, required=False, default=DEFAULT_LIMIT, help_text="How many at most.")
    cursor = TextField(
        max_length=2000, allow_blank=False, required=False, help_text="From `next` or `previous` of a list."
    )


class PeriodQuery(PageQuery):
    """Which part of a list of what happened in a period: `from` inclusive, `to` exclusive."""

    def get_fields(self) -> dict[str, Any]:
        """Add the two names, of which one is a word of the language."""
        fields = super().get_fields()
        fields["from"] = InstantField(required=False, help_text="Inclusive.")
        fields["to"] = InstantField(required=False, help_text="Exclusive.")
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        return checked_period(attrs)


def checked_period(attrs: dict[str, Any]) -> dict[str, Any]:
    """Return the values; refuse a period that ends before it begins."""
    if "from" in attrs and "to" in attrs and attrs["from"] > attrs["to"]:
        raise ValidationError({"to": ["The period ends before it begins."]})
    return attrs
