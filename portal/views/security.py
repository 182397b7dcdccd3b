"""Security: everything about one's own account on one page, and ending sessions and applications."""

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal import security as account
from portal.access import anybody_signed_in
from portal.audit_words import words_of
from portal.membership import SignedInRequest
from portal.sign_ins import DAYS


@require_safe
@anybody_signed_in
def security(request: SignedInRequest) -> HttpResponse:
    user = request.user
    context = {
        "addresses": EmailAddress.objects.filter(user=user).order_by("-primary", "email"),
        "steps": account.second_steps_of(user),
        "sessions": account.sessions_of(user, current_key=request.session.session_key or ""),
        "applications": account.applications_of(user),
        "sign_ins": account.recent_sign_ins(user),
        "days": DAYS,
        "events": [(event, words_of(event.action)) for event in account.recent_events(user)],
    }
    return render(request, "portal/security.html", context)


@require_POST
@anybody_signed_in
def end_session(request: SignedInRequest) -> HttpResponse:
    """Sign out one other browser, or all others where none is named."""
    named = request.POST.get("session", "")
    session_id = int(named) if named.isascii() and named.isdigit() and len(named) < 19 else None
    if named and session_id is None:
        return redirect("portal:security")
    count = account.end_sessions(request.user, current_key=request.session.session_key or "", session_id=session_id)
    said = ngettext("%(count)s browser is signed out.", "%(count)s browsers are signed out.", count)
    messages.success(request, said % {"count": count})
    return redirect("portal:security")


@require_POST
@anybody_signed_in
def end_application(request: SignedInRequest) -> HttpResponse:
    """Stop an application from acting for this person, at once."""
    client_id = request.POST.get("client", "").replace("\0", "")
    if name := account.end_application(request.user, client_id=client_id):
        messages.success(request, _("%(name)s can do nothing for you any more.") % {"name": name})
    return redirect("portal:security")


@anybody_signed_in
def old_sessions_page(request: SignedInRequest) -> HttpResponse:
    """The sessions have moved to the page Security; allauth's own page asks the database for each of them."""
    return redirect("portal:security")
