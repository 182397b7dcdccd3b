"""The pages of exports: ask for one, follow it, download it, cancel it, have it sent again and again."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from ledger.errors import InvalidRequest
from ledger.rights import Right, rights_of
from portal import export_files
from portal.access import requires
from portal.exports import access, asking, queue, schedules, sending
from portal.exports.forms import DataForm, StatementForm, form_for
from portal.membership import MemberRequest
from portal.models.exports import UNFINISHED, Export, ExportSchedule, ExportState
from portal.paging import page_of
from portal.wording import words_of

STARTED: Final = _(
    "The export is large, so it is being made. You can leave this page; a mail tells you when it is ready."
)


@require_safe
@requires(Right.OWN_USE)
def exports(request: MemberRequest) -> HttpResponse:
    """List the exports: one's own, or the contract's for who may see everyone's usage."""
    membership = request.membership
    here = Export.objects.filter(contract_id=membership.contract_id).select_related("user", "contract", "schedule")
    if Right.CONTRACT_REPORTS not in rights_of(membership):
        here = here.filter(user_id=membership.user_id)
    own = ExportSchedule.objects.filter(contract_id=membership.contract_id, user_id=membership.user_id)
    context = {
        "page": page_of(request, here, time_field="asked_at"),
        "schedules": own.filter(stopped_at=None),
        "data": DataForm(membership=membership, initial={"scope": "own"}),
        "statement": StatementForm(membership=membership),
        "days": settings.EXPORT_DAYS,
    }
    return render(request, "portal/exports.html", context)


@require_POST
@requires(Right.OWN_USE)
def ask_export(request: MemberRequest) -> HttpResponseBase:
    """Send a small export at once, have a large one made, or keep a schedule, as the form says."""
    try:
        dataset, format_, query, rhythm = _asked(request)
        if rhythm:
            return _scheduled(request, dataset, format_, query, rhythm)
        question = asking.question_from(request.membership, dataset, query, now=timezone.now())
        at_once = sending.is_small(dataset, format_, question)
        export = asking.ask(
            membership=request.membership, dataset=dataset, format_=format_, question=question, at_once=at_once
        )
    except InvalidRequest as refusal:
        messages.error(request, words_of(refusal))
        return redirect("portal:exports")
    if at_once:
        return sending.response(export)
    queue.put(export)
    messages.success(request, STARTED)
    return redirect("portal:export", export_id=export.id)


@require_safe
@requires(Right.OWN_USE)
def export(request: MemberRequest, export_id: UUID) -> HttpResponse:
    """Show one export and how far it is; htmx asks for the changing part alone."""
    found = _found(request, export_id)
    template = "portal/_export_state.html" if request.htmx else "portal/export.html"
    return render(request, template, {"export": found, "unfinished": found.is_unfinished})


@require_safe
@requires(Right.OWN_USE)
def export_file(request: MemberRequest, export_id: UUID) -> HttpResponseBase:
    """Send the file, if the role still allows it."""
    found = _found(request, export_id)
    path = export_files.path_of(found.id)
    if found.state != ExportState.READY or not path.exists():
        raise Http404
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=export_files.file_name(found),
        content_type=export_files.TYPES[found.format],
    )


@require_POST
@requires(Right.OWN_USE)
def cancel_export(request: MemberRequest, export_id: UUID) -> HttpResponse:
    """End an export that is not finished; its run notices and throws its file away."""
    found = get_object_or_404(_mine(request), id=export_id)
    unfinished = Export.objects.filter(id=found.id, state__in=UNFINISHED)
    if unfinished.update(state=ExportState.CANCELLED, ended_at=timezone.now(), run=None):
        messages.success(request, gettext("The export is cancelled."))
    else:
        messages.error(request, gettext("The export was finished already."))
    return redirect("portal:exports")


@require_POST
@requires(Right.OWN_USE)
def stop_schedule(request: MemberRequest, schedule_id: UUID) -> HttpResponse:
    """End a schedule of one's own."""
    own = ExportSchedule.objects.filter(contract_id=request.membership.contract_id, user_id=request.user.pk)
    schedules.stop(get_object_or_404(own, id=schedule_id))
    messages.success(request, gettext("Stopped: no more of these exports are sent."))
    return redirect("portal:exports")


def _asked(request: MemberRequest) -> tuple[str, str, str, str]:
    """Return data, format, filters and rhythm: from a page's menu, which sends its query, or from a form."""
    dataset = request.POST.get("dataset", "")
    if "query" in request.POST:
        return dataset, request.POST.get("format", ""), request.POST["query"], request.POST.get("rhythm", "")
    form = form_for(dataset)(request.POST, membership=request.membership)
    if not form.is_valid():
        raise InvalidRequest(" ".join(str(error) for errors in form.errors.values() for error in errors))
    format_ = "pdf" if dataset == access.STATEMENT else form.cleaned_data["format"]
    return dataset, format_, form.query(), form.cleaned_data["rhythm"]


def _scheduled(request: MemberRequest, dataset: str, format_: str, query: str, rhythm: str) -> HttpResponse:
    kept = schedules.create(membership=request.membership, dataset=dataset, format_=format_, query=query, rhythm=rhythm)
    due = date_format(timezone.localtime(kept.due_at), "SHORT_DATE_FORMAT")
    said = gettext("The export will be sent to %(email)s, first on %(day)s.") % {
        "email": request.user.email,
        "day": due,
    }
    messages.success(request, said)
    return redirect("portal:exports")


def _found(request: MemberRequest, export_id: UUID) -> Export:
    here = Export.objects.filter(contract_id=request.membership.contract_id)
    found = get_object_or_404(here.select_related("user", "contract", "schedule"), id=export_id)
    if not access.may_have(request.membership, found):
        raise Http404
    return found


def _mine(request: MemberRequest) -> Any:
    return Export.objects.filter(contract_id=request.membership.contract_id, user_id=request.user.pk)
