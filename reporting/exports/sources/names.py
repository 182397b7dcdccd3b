"""What several datasets call the same things."""

from typing import Any, Final

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim

CHUNK: Final = 2_000


def email_of(user: str) -> Coalesce:
    """Return the expression for a user's e-mail address, or username where they have none."""
    return Coalesce(NullIf(f"{user}__email", Value("")), f"{user}__username", output_field=CharField())


def full_name_of(user: str) -> Coalesce:
    """Return the expression for a user's name as the pages write it."""
    name = Trim(Concat(f"{user}__first_name", Value(" "), f"{user}__last_name", output_field=CharField()))
    return Coalesce(NullIf(name, Value("")), email_of(user), output_field=CharField())


def up_to(rows: QuerySet[Any, Any], limit: int) -> int:
    """Return how many rows there are, but count no further than `limit`."""
    return rows.order_by()[:limit].count()
