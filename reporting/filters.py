"""What a reporting page was asked to show: the query string read once, and written back into links.

Days are UTC and the last one is included, as people say it; `period()` is the same with an exclusive end.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import QueryDict
from django.utils.http import urlencode

from reporting.access import Viewer
from reporting.dates import PRESETS, RECENT, preset_days, span_of
from reporting.figures import UsageScope
from reporting.periods import Days, Period
from reporting.usage import GROUPS

OWN: Final = "own"
CONTRACT: Final = "contract"
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FILTERS: Final = ("service", "user", "project", "pool")


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """The filters of a usage page. `preset` is empty where the days were chosen one by one; None is open."""

    everyone: bool = False
    group_by: tuple[str, ...] = ("service",)
    preset: str = RECENT
    first: date | None = None
    last: date | None = None
    service: str | None = None
    user: str | None = None
    project: str | None = None
    pool: str | None = None
    errors: tuple[str, ...] = ()

    def period(self) -> Period:
        """Return the days as instants."""
        end = self.last + timedelta(days=1) if self.last and self.last < date.max else None
        return Period(*Days(self.first, end).instants())

    def scope(self, viewer: Viewer) -> UsageScope:
        """Return what may be counted: everyone's of the contract, or the viewer's own."""
        user_id: int | None = viewer.user_id
        if self.everyone:
            user_id = None if self.user is None else _user_id(self.user)
        return UsageScope(
            contract_ids=(viewer.contract_id,),
            user_id=user_id,
            service=self.service,
            pool_id=UUID(self.pool) if self.pool else None,
            project=self.project,
        )

    def chosen(self) -> dict[str, str]:
        """Return the filters that are set, by name."""
        values = {name: getattr(self, name) for name in _FILTERS}
        return {name: value for name, value in values.items() if value is not None}

    def query(self, *, without: str = "") -> str:
        """Return the query string that shows the same again, `without` one filter if named."""
        parameters: list[tuple[str, str]] = [("scope", CONTRACT if self.everyone else OWN)]
        parameters += [("group_by", name) for name in self.group_by]
        parameters += [(name, value) for name, value in self.chosen().items() if name != without]
        if self.preset:
            return urlencode([*parameters, ("range", self.preset)])
        days = (("first", self.first), ("last", self.last))
        return urlencode([*parameters, *((name, day.isoformat()) for name, day in days if day)])

    def behind(self, keys: Mapping[str, str]) -> "UsageFilter":
        """Return the filter that finds what a row with these keys counted."""
        narrowed: dict[str, Any] = {name: keys[name] for name in _FILTERS if name in keys}
        found = replace(self, **narrowed)
        for name in ("day", "week", "month"):
            if name in keys:
                first, last = span_of(name, keys[name])
                found = replace(
                    found,
                    preset="",
                    first=max(first, found.first or first),
                    last=min(last, found.last or last),
                )
        return found


def read_filter(query: QueryDict, *, today: date) -> UsageFilter:
    """Read the query string; what cannot be meant is named in `errors`."""
    errors: list[str] = []
    preset, first, last = _days(query, today, errors)
    pool = query.get("pool") or None
    if pool and not _is_uuid(pool):
        errors.append("There is no such pool.")
    if "\0" in "".join(value for name in _FILTERS for value in query.getlist(name)):
        errors.append("A filter contains a character that no name has.")
    everyone = query.get("scope") == CONTRACT
    return UsageFilter(
        everyone=everyone,
        group_by=tuple(dict.fromkeys(name for name in query.getlist("group_by") if name in GROUPS)) or ("service",),
        preset=preset,
        first=first,
        last=last,
        service=query.get("service") or None,
        user=(query.get("user") or None) if everyone else None,
        project=query.get("project"),
        pool=pool,
        errors=tuple(errors),
    )


def _days(query: QueryDict, today: date, errors: list[str]) -> tuple[str, date | None, date | None]:
    preset = query.get("range", "")
    if preset not in PRESETS and not (query.get("first") or query.get("last")):
        preset = RECENT
    if preset in PRESETS:
        return (preset, *preset_days(preset, today))
    first, last = (_date(query.get(name, ""), name, errors) for name in ("first", "last"))
    if first and last and first > last:
        errors.append("The first day is after the last one.")
    return "", first, last


def _date(text: str, name: str, errors: list[str]) -> date | None:
    if not text:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    errors.append(f"The {name} day is not a date such as 2026-06-30.")
    return None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _user_id(name: str) -> int:
    """Return the id behind an e-mail address or username; 0, which nobody has, if there is none."""
    found = User.objects.filter(Q(email__iexact=name) | Q(username=name)).values_list("pk", flat=True).first()
    return found or 0
