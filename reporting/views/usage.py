"""Individual Usage: tokens used by service, user, project and date, on the page and as a file.

Source: InfraWorks seed, "Click Individual Usage to see your token usage for each individual cloud service".
"""

from datetime import UTC, date, datetime
from typing import Any, Final, TypedDict

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from ledger.models import Service
from ledger.rights import Right
from reporting.access import ReportingRequest, Viewer, for_members
from reporting.exports import usage_csv
from reporting.figures import UsageScope
from reporting.filters import UsageFilter, read_filter
from reporting.tables import HEADINGS, bars_of, groupings_of, lines_of, presets_of, removals_of, scopes_of
from reporting.usage import UsageReport, compare, usage
from reporting.views.common import number, page

ROWS_PER_PAGE: Final = 100


class Question(TypedDict):
    """What `usage` and `compare` are asked."""

    scope: UsageScope
    group_by: tuple[str, ...]
    from_at: datetime | None
    to_at: datetime | None


@require_safe
@for_members(Right.OWN_USE)
def individual_usage(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Show usage as filtered: one's own, or everyone's to administrators and coordinators."""
    chosen = asked_for(request, viewer)
    context = {
        "filter": chosen,
        "presets": presets_of(chosen, today()),
        "scopes": scopes_of(chosen) if viewer.sees_everyone else [],
        "removals": removals_of(chosen),
        "groupings": groupings_of(everyone=chosen.everyone),
        "services": Service.objects.values_list("code", "name"),
    }
    if not chosen.errors:
        report = compare(**_question(chosen, viewer))
        context |= _figures(report, chosen, page_number=number(request, "page") or 1)
    return page(request, viewer, "usage", context, tab="individual-usage", status=400 if chosen.errors else 200)


@require_safe
@for_members(Right.OWN_USE)
def usage_file(request: ReportingRequest, viewer: Viewer) -> HttpResponseBase:
    """Return as CSV what the page with the same filters shows."""
    chosen = asked_for(request, viewer)
    if chosen.errors:
        return HttpResponse("\n".join(chosen.errors), status=400, content_type="text/plain; charset=utf-8")
    report = usage(**_question(chosen, viewer))
    response = StreamingHttpResponse(usage_csv(report), content_type="text/csv; charset=utf-8")
    name = f"usage-{slugify(viewer.membership.contract.number)}-{report.as_of:%Y%m%dT%H%M%SZ}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def asked_for(request: ReportingRequest, viewer: Viewer) -> UsageFilter:
    """Return the page's filter.

    Raises:
        PermissionDenied: it asks for everyone's usage and the viewer may see only their own.
    """
    chosen = read_filter(request.GET, today=today())
    if chosen.everyone and not viewer.sees_everyone:
        raise PermissionDenied("Your role does not include everyone's usage.")
    return chosen


def today() -> date:
    return timezone.now().astimezone(UTC).date()


def _question(chosen: UsageFilter, viewer: Viewer) -> Question:
    period = chosen.period()
    return {
        "scope": chosen.scope(viewer),
        "group_by": chosen.group_by,
        "from_at": period.from_at,
        "to_at": period.to_at,
    }


def _figures(report: UsageReport, chosen: UsageFilter, *, page_number: int) -> dict[str, Any]:
    shown = Paginator(report.rows, ROWS_PER_PAGE).get_page(page_number)
    return {
        "report": report,
        "headings": [HEADINGS[name] for name in report.group_by],
        "lines": lines_of(report, shown.object_list, chosen),
        "shown": shown,
        "bars": bars_of(report, chosen),
        "highest_mt": max((row.net_mt for row in report.rows), default=0),
        "query": chosen.query(),
    }
