"""Individual Usage, By user, By project: tokens used by anything, for any range, as pictures and a table.

Source: InfraWorks seed, "Click Individual Usage to see your token usage for each individual cloud service".
"""

from dataclasses import replace
from datetime import UTC, date
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from ledger.models import Service
from ledger.rights import Right
from reporting.access import ReportingRequest, Viewer, for_members
from reporting.figures import UsageScope, read_floors
from reporting.filters import UsageFilter, read_filter
from reporting.kept import Kept
from reporting.links import pictures_of, presets_of, removals_of, scopes_of
from reporting.series import Series, of_a_year, per_day
from reporting.tables import (
    FIGURES,
    groupings_of,
    headings_of,
    lines_of,
    name_headings_of,
    sort_rows,
)
from reporting.usage import UsageReport, compare
from reporting.views.common import kept_by, number, page

ROWS_PER_PAGE: Final = 100
BARS: Final = 12


@require_safe
@for_members(Right.OWN_USE)
def individual_usage(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Show usage per cloud service, or as filtered: one's own, or everyone's to administrators and coordinators."""
    return _usage_page(request, viewer, asked_for(request, viewer), tab="individual-usage")


@require_safe
@for_members(Right.CONTRACT_REPORTS)
def by_user(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Show who used how much of the contract's tokens."""
    return _usage_page(request, viewer, asked_for(request, viewer, everyone=True, group_by=("user",)), tab="by-user")


@require_safe
@for_members(Right.OWN_USE)
def by_project(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Show what each project used: of the contract, or of oneself where one sees no more."""
    chosen = asked_for(request, viewer, everyone=viewer.sees_everyone, group_by=("project",))
    return _usage_page(request, viewer, chosen, tab="by-project")


def asked_for(
    request: ReportingRequest, viewer: Viewer, *, everyone: bool = False, group_by: tuple[str, ...] = ("service",)
) -> UsageFilter:
    """Return the page's filter; `everyone` and `group_by` are the page's own, where the address says nothing.

    Raises:
        PermissionDenied: it asks for everyone's usage and the viewer may see only their own.
    """
    chosen = read_filter(request.GET, today=today(), everyone=everyone, group_by=group_by)
    if chosen.everyone and not viewer.sees_everyone:
        raise PermissionDenied(gettext("Your role does not include everyone's usage."))
    return chosen


def today() -> date:
    return timezone.now().astimezone(UTC).date()


def _usage_page(request: ReportingRequest, viewer: Viewer, chosen: UsageFilter, *, tab: str) -> HttpResponse:
    kept = kept_by(viewer)
    context = {
        "filter": chosen,
        "presets": presets_of(chosen, today()),
        "scopes": scopes_of(chosen) if viewer.sees_everyone else [],
        "removals": removals_of(chosen),
        "groupings": groupings_of(everyone=chosen.everyone),
        "services": Service.objects.values_list("code", "name"),
    }
    if not chosen.errors:
        scope = replace(chosen.scope(viewer), floors=read_floors((viewer.contract_id,)))
        period = chosen.period()
        report = compare(scope=scope, group_by=chosen.group_by, from_at=period.from_at, to_at=period.to_at)
        context |= _figures(report, chosen, kept, page_number=number(request, "page") or 1)
        context["series"] = _series(chosen, scope)
    return page(request, viewer, "usage", context, tab=tab, status=400 if chosen.errors else 200, kept=kept)


def _figures(report: UsageReport, chosen: UsageFilter, kept: Kept, *, page_number: int) -> dict[str, Any]:
    rows = sort_rows(report.rows, chosen)
    shown = Paginator(rows, ROWS_PER_PAGE).get_page(page_number)
    columns = tuple(FIGURES) if kept.columns is None else kept.columns
    return {
        "report": report,
        "name_headings": name_headings_of(report, chosen),
        "headings": headings_of(report, chosen, columns),
        "columns": [(name, label, name in columns) for name, label in FIGURES.items()],
        "lines": lines_of(report, shown.object_list, chosen),
        "bars": lines_of(report, rows[:BARS], chosen) if chosen.picture == "bars" else [],
        "more_than_bars": len(rows) > BARS,
        "shown": shown,
        "pictures": pictures_of(chosen),
        "query": chosen.query(),
    }


def _series(chosen: UsageFilter, scope: UsageScope) -> Series | None:
    if chosen.picture == "bars":
        return None
    return (of_a_year if chosen.picture == "calendar" else per_day)(chosen, scope, today=today())
