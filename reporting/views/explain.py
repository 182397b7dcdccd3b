"""Explain this balance, and explain this charge: every step of a figure with the entries behind it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ledger.models import Kind, Pool
from ledger.rights import Right
from reporting.access import ReportingRequest, Viewer, for_members
from reporting.definitions import DEFINITIONS
from reporting.explain import BalanceExplained, Term, explain
from reporting.explain_charge import explain_charge as explained_charge
from reporting.links import Choice
from reporting.tokens import read_pools
from reporting.views.behind import job_seen
from reporting.views.common import instant, page, uuid
from reporting.views.pools import choose_pool, entries_seen

USUAL_DAYS: Final = 30
SPANS: Final[dict[int, Promise]] = {
    1: _("24 hours"),
    7: _("7 days"),
    30: _("30 days"),
    90: _("90 days"),
    365: _("365 days"),
}
TAKING: Final = ("used", "expired", "held-more")


@dataclass(frozen=True, slots=True)
class Line:
    """A term of the sum as the page shows it; `entries` is the query of the page with its entries."""

    term: Term
    title: Promise
    entries: str

    @property
    def takes(self) -> bool:
        return self.term.amount_mt < 0 or (not self.term.amount_mt and self.term.code in TAKING)

    @property
    def size_mt(self) -> int:
        return abs(self.term.amount_mt)


@require_safe
@for_members(Right.OWN_USE)
def explain_balance(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Show how what was available in a pool at one instant became what was available at another."""
    pools = read_pools(viewer)
    pool, choices = choose_pool(viewer, pools, uuid(request, "pool"))
    context: dict[str, object] = {
        "pool": pool,
        "pools": choices,
        "has_shared": pools.has_shared_tokens,
    }
    status = 200
    if pool:
        now = timezone.now()
        to_at = min(instant(request, "to") or now, now)
        from_at = instant(request, "from") or to_at - timedelta(days=USUAL_DAYS)
        context |= {"from_at": from_at, "to_at": to_at, "spans": _spans(pool, to_at, from_at), "now": now}
        if from_at > to_at:
            status, context["error"] = 400, gettext("The first instant is after the second one.")
        else:
            context |= _explained(viewer, pool, explain(pool, from_at=from_at, to_at=to_at))
    return page(request, viewer, "explain_balance", context, tab=_tab(pool), status=status)


@require_safe
@for_members(Right.OWN_USE)
def explain_charge(request: ReportingRequest, viewer: Viewer, job_id: UUID) -> HttpResponse:
    """Show why a job cost what it cost, what paid for it, and what came back."""
    job = job_seen(viewer, job_id)
    assert job is not None, "a job was named"
    charge = explained_charge(job)
    context = {
        "job": job,
        "charge": charge,
        "hold": charge.step(Kind.HOLD),
        "capture": charge.step(Kind.CAPTURE),
        "release": charge.step(Kind.RELEASE),
        "refund": charge.step(Kind.REFUND),
        "as_of": timezone.now(),
    }
    return page(request, viewer, "explain_charge", context, tab="individual-usage")


def _explained(viewer: Viewer, pool: Pool, found: BalanceExplained) -> dict[str, object]:
    may_follow = entries_seen(viewer, pool)
    lines = [
        Line(term, DEFINITIONS[term.code].title, _entries(pool, term, found) if may_follow else "")
        for term in found.terms
    ]
    return {"explained": found, "lines": lines}


def _entries(pool: Pool, term: Term, found: BalanceExplained) -> str:
    parameters: list[tuple[str, str]] = [("pool", str(pool.pk))]
    parameters += [("kind", str(kind)) for kind in term.kinds]
    parameters += [("account", str(term.account))] if term.account else []
    instants = (("after", found.from_at), ("until", found.to_at))
    return urlencode([*parameters, *((name, at.isoformat()) for name, at in instants)])


def _spans(pool: Pool, to_at: datetime, from_at: datetime) -> list[Choice]:
    """Return the usual lengths of time up to now as links, and the time since the pool exists."""
    choices = []
    for days, label in SPANS.items():
        start = to_at - timedelta(days=days)
        query = urlencode({"pool": str(pool.pk), "from": start.isoformat(), "to": to_at.isoformat()})
        choices.append(Choice(label, query, start == from_at))
    beginning = datetime(2000, 1, 1, tzinfo=timezone.get_current_timezone())
    query = urlencode({"pool": str(pool.pk), "from": beginning.isoformat(), "to": to_at.isoformat()})
    return [*choices, Choice(_("Since the beginning"), query, beginning == from_at)]


def _tab(pool: Pool | None) -> str:
    return "individual-tokens" if pool is None or pool.user_id else "shared-tokens"
