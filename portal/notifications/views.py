"""Which mails a person gets: a page to choose, and the page behind the link in each mail, which needs no sign-in."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.access import anybody_signed_in
from portal.membership import SignedInRequest
from portal.models.exports import ExportSchedule
from portal.models.notices import NoticeKind
from portal.notifications import choices, links
from portal.notifications.forms import MailsForm

SCHEDULE: Final = "schedule"


@require_http_methods(["GET", "HEAD", "POST"])
@anybody_signed_in
def mail_preferences(request: SignedInRequest) -> HttpResponse:
    """Choose the kinds of mail one wants."""
    wanted = choices.wanted_kinds(request.user.pk)
    sent = request.POST if request.method == "POST" else None
    form = MailsForm(sent, initial={kind: kind in wanted for kind in NoticeKind.values})
    if request.method == "POST" and form.is_valid():
        choices.save_kinds(request.user.pk, form.wanted())
        messages.success(request, _("Your choice of mails is saved."))
        return redirect("portal:mail-preferences")
    return render(request, "portal/mail_preferences.html", {"form": form})


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop_mails(request: HttpRequest, token: str) -> HttpResponse:
    """Stop what a mail's link is about, once it is confirmed: the link alone does nothing, since scanners follow it.

    The link is the right to do it, so it needs neither a session nor its token.
    """
    found = links.read_stop(token)
    if found is None:
        raise Http404
    what, about = found
    stopped = request.method == "POST"
    if stopped and what == SCHEDULE:
        ExportSchedule.objects.filter(id=about, stopped_at=None).update(
            stopped_at=timezone.now(), stop_reason="Stopped by the link in a mail."
        )
    elif stopped and about.isdigit():
        choices.stop_kind(int(about), what)
    label = _("The exports that are sent to you by this schedule") if what == SCHEDULE else _label(what)
    return render(request, "portal/stop_mails.html", {"label": label, "stopped": stopped})


def _label(kind: str) -> str:
    labels = dict(NoticeKind.choices)
    if kind not in labels:
        raise Http404
    return str(labels[kind])


stop_mails.access = None  # type: ignore[attr-defined]
