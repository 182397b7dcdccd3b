"""The filters of a reporting page as links: each changes one thing about what is shown."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import EVENT_KINDS
from reporting.dates import PRESETS, RECENT, preset_days
from reporting.event_filters import EventFilter
from reporting.filters import UsageFilter
from reporting.labels import NO_PROJECT
from reporting.tables import HEADINGS
from reporting.written import written_day


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes one thing about the report."""

    label: str | Promise
    query: str
    is_current: bool = False


def presets_of(chosen: UsageFilter | EventFilter, today: date) -> list[Choice]:
    """Return the usual ranges as links."""
    choices = []
    for name, label in PRESETS.items():
        first, last = preset_days(name, today)
        other = replace(chosen, preset=name, first=first, last=last)
        choices.append(Choice(label, other.query(), name == chosen.preset))
    return choices


def pictures_of(chosen: UsageFilter) -> list[Choice]:
    """Return the links between the pictures of the same report."""
    labels = {"days": _("Tokens per day"), "bars": _("Bars"), "calendar": _("Calendar")}
    return [
        Choice(label, replace(chosen, picture=name).query(), name == chosen.picture) for name, label in labels.items()
    ]


def scopes_of(chosen: UsageFilter) -> list[Choice]:
    """Return the links between one's own usage and everyone's."""
    own = replace(chosen, everyone=False, user=None)
    everyone = replace(chosen, everyone=True)
    return [
        Choice(_("My usage"), own.query(), not chosen.everyone),
        Choice(_("Whole contract"), everyone.query(), chosen.everyone),
    ]


def removals_of(chosen: UsageFilter) -> list[Choice]:
    """Return the filters that are set, each as a link that removes it; so are days chosen one by one."""
    days = [] if chosen.preset else [Choice(_span(chosen), replace(chosen, preset=RECENT).query())]
    return days + [
        Choice(
            gettext("%(name)s: %(value)s") % {"name": HEADINGS[name], "value": value or NO_PROJECT},
            chosen.query(without=name),
        )
        for name, value in chosen.chosen().items()
    ]


def _span(chosen: UsageFilter) -> str:
    first, last = (written_day(day) if day else "" for day in (chosen.first, chosen.last))
    if first and last:
        return gettext("%(first)s to %(last)s") % {"first": first, "last": last}
    return gettext("From %(first)s") % {"first": first} if first else gettext("Until %(last)s") % {"last": last}


def kinds_of(chosen: EventFilter) -> list[Choice]:
    """Return the kinds of event as links."""
    kinds = [Choice(kind.label, replace(chosen, kind=kind.value).query(), kind == chosen.kind) for kind in EVENT_KINDS]
    return [Choice(_("All events"), replace(chosen, kind="").query(), not chosen.kind), *kinds]
