"""What the ids of a report are called: for machines (`keys`) and for people (`labels`)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import Pool, PoolKind, Service
from reporting.written import written_day


@dataclass(frozen=True, slots=True)
class Name:
    """A thing's name for machines and for people."""

    key: str
    label: str


Names = dict[str, dict[Any, Name]]
NO_PROJECT = _("No project")


def read_names(group_by: Sequence[str], keys: Collection[tuple[Any, ...]]) -> Names:
    """Return for each of `group_by` the names of the values that occur, at most a statement each."""
    columns = list(zip(*keys, strict=True)) or [()] * len(group_by)
    return {name: _READERS[name](set(column)) for name, column in zip(group_by, columns, strict=True)}


def pool_name(kind: str, user: str) -> str:
    """Return what a pool is called; `user` is whose an individual one is."""
    if kind == PoolKind.SHARED:
        return gettext("Shared tokens")
    return gettext("Individual tokens of %(name)s") % {"name": user}


def _services(ids: set[UUID]) -> dict[Any, Name]:
    found = Service.objects.filter(pk__in=ids).values_list("id", "code", "name")
    return {pk: Name(code, name) for pk, code, name in found}


def _users(ids: set[int]) -> dict[Any, Name]:
    fields = ("id", "email", "username", "first_name", "last_name")
    found = get_user_model().objects.filter(pk__in=ids).values_list(*fields)
    return {
        pk: Name(email or username, f"{first} {last}".strip() or email or username)
        for pk, email, username, first, last in found
    }


def _pools(ids: set[UUID]) -> dict[Any, Name]:
    found = Pool.objects.filter(pk__in=ids).values_list("id", "kind", "user__email", "user__username")
    return {pk: Name(str(pk), pool_name(kind, email or username)) for pk, kind, email, username in found}


def _projects(codes: set[str]) -> dict[Any, Name]:
    return {code: Name(code, code or str(NO_PROJECT)) for code in codes}


def _days(days: set[date]) -> dict[Any, Name]:
    return {day: Name(day.isoformat(), written_day(day)) for day in days}


def _weeks(mondays: set[date]) -> dict[Any, Name]:
    return {
        monday: Name(monday.isoformat(), gettext("Week from %(day)s") % {"day": written_day(monday)})
        for monday in mondays
    }


def _months(firsts: set[date]) -> dict[Any, Name]:
    return {first: Name(f"{first:%Y-%m}", date_format(first, "YEAR_MONTH_FORMAT")) for first in firsts}


_READERS: dict[str, Any] = {
    "service": _services,
    "user": _users,
    "project": _projects,
    "pool": _pools,
    "day": _days,
    "week": _weeks,
    "month": _months,
}
