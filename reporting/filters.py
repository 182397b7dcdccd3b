"""What a reporting page was asked to show: the query string read once, and written back into links.

Days are UTC and the last one is included, as people say it; `period()` is the same with an exclusive end.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext

from reporting.access import Viewer
from reporting.dates import PRESETS, RECENT, days_in_query, preset_days, span_of
from reporting.figures import UsageScope
from reporting.periods import Period, whole_days
from reporting.usage import GROUPS

OWN: Final = "own"
CONTRACT: Final = "contract"
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FILTERS: Final = ("service", "user", "project", "pool")
PICTURES: Final = ("days", "bars", "calendar")
SORTS: Final = ("name", "jobs", "charged", "refunded", "net", "before", "change")
DEEPEST: Final = 2


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
    sort: str = ""
    picture: str = PICTURES[0]
    errors: tuple[str, ...] = ()

    @property
    def sorted_by(self) -> str:
        """Return the column of SORTS the table is sorted by, `-` before it where the largest comes first."""
        dated = {"day", "week", "month"} & set(self.group_by)
        return self.sort or ("name" if dated else "-net")

    def period(self) -> Period:
        """Return the days as instants."""
        return whole_days(self.first, self.last)

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
        parameters += [("sort", self.sort)] if self.sort else []
        parameters += [("picture", self.picture)] if self.picture != PICTURES[0] else []
        return urlencode([*parameters, *days_in_query(self.preset, self.first, self.last)])

    def of_a_day(self) -> Callable[[date], str]:
        """Return what writes the query string of one day with all other filters: a year of them costs nothing much."""
        others = replace(self, preset="", first=None, last=None, sort="", picture=PICTURES[0]).query()
        return lambda day: f"{others}&first={day.isoformat()}&last={day.isoformat()}"

    def behind(self, keys: Mapping[str, str]) -> "UsageFilter":
        """Return the filter that finds what a row with these keys counted."""
        narrowed: dict[str, Any] = {name: keys[name] for name in _FILTERS if name in keys}
        found = replace(self, **narrowed, sort="", picture=PICTURES[0])
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


def read_filter(
    query: QueryDict, *, today: date, everyone: bool = False, group_by: tuple[str, ...] = ("service",)
) -> UsageFilter:
    """Read the query string; what cannot be meant is named in `errors`.

    `everyone` and `group_by` are what the page shows as long as the query string does not say.
    """
    errors: list[str] = []
    preset, first, last = read_days(query, today, errors)
    pool = query.get("pool") or None
    if pool and not _is_uuid(pool):
        errors.append(gettext("There is no such pool."))
    if "\0" in "".join(value for name in (*_FILTERS, "code") for value in query.getlist(name)):
        errors.append(gettext("A filter contains a character that no name has."))
    if "scope" in query:
        everyone = query["scope"] == CONTRACT
    groups = tuple(dict.fromkeys(name for name in query.getlist("group_by") if name in GROUPS))[:DEEPEST]
    sort, picture = query.get("sort", ""), query.get("picture", "")
    return UsageFilter(
        everyone=everyone,
        group_by=groups or group_by,
        preset=preset,
        first=first,
        last=last,
        service=query.get("service") or None,
        user=(query.get("user") or None) if everyone else None,
        project=_project(query),
        pool=pool,
        sort=sort if sort.removeprefix("-") in SORTS else "",
        picture=picture if picture in PICTURES else PICTURES[0],
        errors=tuple(errors),
    )


def read_days(
    query: QueryDict, today: date, errors: list[str], *, usual: str = RECENT
) -> tuple[str, date | None, date | None]:
    """Return preset, first and last day of the query string; `usual` is the preset where it says nothing.

    Days win over a preset, so that a form can carry the one that was chosen, and still be filled in.
    """
    preset = query.get("range", "")
    if not (query.get("first") or query.get("last")):
        preset = preset if preset in PRESETS else usual
        return (preset, *preset_days(preset, today))
    first, last = (_date(query.get(name, ""), name, errors) for name in ("first", "last"))
    if first and last and first > last:
        errors.append(gettext("The first day is after the last one."))
    return "", first, last


def _project(query: QueryDict) -> str | None:
    """Return the project: "" is that of jobs without one, so the form's field, often left empty, is called `code`."""
    return query.get("code") or query.get("project")


def _date(text: str, name: str, errors: list[str]) -> date | None:
    if not text:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    words = {
        "first": gettext("The first day is not a date such as 2026-06-30."),
        "last": gettext("The last day is not a date such as 2026-06-30."),
    }
    errors.append(words[name])
    return None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _user_id(name: str) -> int:
    """Return the id behind an e-mail address or username; 0, which nobody has, if there is none."""
    users = User.objects.annotate(address=Lower("email"))
    found = users.filter(Q(address=name.lower()) | Q(username=name)).values_list("pk", flat=True).first()
    return found or 0
