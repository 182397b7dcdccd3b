"""Pending enablings: administrators and coordinators approve or refuse who gave the right numbers, one or many."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ledger import benefits
from ledger.errors import LedgerBusy, LedgerError
from ledger.models import Benefit, BenefitStatus, Subscription
from ledger.rights import Right
from portal.access import requires
from portal.forms.jobs import ReasonForm
from portal.membership import MemberRequest
from portal.paging import page_of
from portal.refusals import told
from portal.wording import words_of

MOST = 100


@require_safe
@requires(Right.MANAGE_ENABLING)
def enablings(request: MemberRequest) -> HttpResponse:
    """Who waits, with how many seats are free, and what was decided."""
    here = Benefit.objects.filter(contract_id=request.membership.contract_id)
    related = here.select_related("user", "subscription__product", "decided_by")
    context = {
        "pending": related.filter(status=BenefitStatus.PENDING).order_by("requested_at")[:MOST],
        "seats": _seats(request),
        "page": page_of(request, related.exclude(status=BenefitStatus.PENDING), time_field="requested_at"),
    }
    return render(request, "portal/enablings.html", context)


@require_POST
@requires(Right.MANAGE_ENABLING)
def approve_enabling(request: MemberRequest, benefit_id: UUID) -> HttpResponse:
    with told(request):
        benefit = benefits.approve(membership=request.membership, benefit_id=benefit_id)
        said = _("%(who)s is enabled. Shared tokens need a tick of their own.") % {"who": benefit.user.email}
        messages.success(request, said)
    return redirect("portal:enablings")


@require_POST
@requires(Right.MANAGE_ENABLING)
def approve_enablings(request: MemberRequest) -> HttpResponse:
    """Approve all that are ticked, each on its own: one that cannot be leaves the others enabled."""
    chosen = set(request.POST.getlist("benefit"))
    pending = Benefit.objects.filter(contract_id=request.membership.contract_id, status=BenefitStatus.PENDING)
    waiting = pending.select_related("user").order_by("requested_at")[:MOST]
    done = [_approve(request, benefit) for benefit in waiting if str(benefit.id) in chosen]
    if not done:
        messages.info(request, _("Nobody was chosen. Tick the requests first."))
    elif count := sum(done):
        words = ngettext("%(count)s person is enabled.", "%(count)s people are enabled.", count)
        messages.success(request, f"{words % {'count': count}} {_('Shared tokens need a tick of their own.')}")
    return redirect("portal:enablings")


@require_POST
@requires(Right.MANAGE_ENABLING)
def refuse_enabling(request: MemberRequest, benefit_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a reason for refusing; the user will read it."))
        return redirect("portal:enablings")
    with told(request):
        benefit = benefits.refuse(
            membership=request.membership, benefit_id=benefit_id, reason=form.cleaned_data["reason"]
        )
        messages.success(request, _("Refused. %(who)s will read your reason.") % {"who": benefit.user.email})
    return redirect("portal:enablings")


def _approve(request: MemberRequest, benefit: Benefit) -> bool:
    try:
        benefits.approve(membership=request.membership, benefit_id=benefit.id)
    except LedgerBusy:
        raise
    except LedgerError as refusal:
        messages.error(request, f"{benefit.user.email}: {words_of(refusal)}")
        return False
    return True


def _seats(request: MemberRequest) -> list[Subscription]:
    """Return the running subscriptions with how many seats they have and how many of them are free."""
    running = Q(ends_at=None) | Q(ends_at__gt=timezone.now())
    here = Subscription.objects.filter(running, contract_id=request.membership.contract_id, product__has_benefits=True)
    counted = here.select_related("product").annotate(
        seat_count=Count("seats"), free_count=Count("seats", filter=Q(seats__user=None))
    )
    return list(counted.order_by("product__name", "serial_number")[:20])
