"""What a person keeps: views by name and columns, saved by forms; and suggestions while a filter is typed."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from ledger.models import Membership
from ledger.rights import Right
from reporting.access import ReportingRequest, Viewer, for_members
from reporting.figures import UsageScope, read_figures
from reporting.kept import MOST_VIEWS, TooManyViews, delete_view, remember_columns, save_view
from reporting.periods import Period
from reporting.tables import FIGURES
from reporting.views.common import TAB_NAMES

SUGGESTIONS: Final = 20
REMEMBERED: Final = timedelta(days=365)


class PlaceForm(forms.Form):
    """Where a form was sent from, to go back there: a tab and its query string, never a whole address."""

    tab = forms.ChoiceField(choices=[(name, name) for name in sorted(TAB_NAMES)])
    query = forms.CharField(max_length=2000, required=False)


class ViewForm(PlaceForm):
    name = forms.CharField(max_length=80, label=_("Name"))


@require_POST
@for_members(Right.OWN_USE)
def save(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Keep the report that is on the screen under a name."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("The view was not saved: give it a name of at most 80 characters."))
        return _back(form)
    name = form.cleaned_data["name"]
    try:
        save_view(user_id=viewer.user_id, contract_id=viewer.contract_id, **form.cleaned_data)
    except TooManyViews:
        said = {"most": MOST_VIEWS}
        messages.error(request, gettext("You keep %(most)s views already. Delete one of them first.") % said)
    else:
        messages.success(request, gettext("“%(name)s” is saved. You find it above the report.") % {"name": name})
    return _back(form)


@require_POST
@for_members(Right.OWN_USE)
def delete(request: ReportingRequest, viewer: Viewer, view_id: UUID) -> HttpResponse:
    """Forget one of the viewer's own views."""
    name = delete_view(user_id=viewer.user_id, contract_id=viewer.contract_id, view_id=view_id)
    if name is None:
        raise Http404
    messages.success(request, gettext("“%(name)s” is deleted. The figures themselves stay.") % {"name": name})
    form = PlaceForm(request.POST)
    form.is_valid()
    return _back(form)


@require_POST
@for_members(Right.OWN_USE)
def columns(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Remember the columns that the viewer ticked."""
    form = PlaceForm(request.POST)
    form.is_valid()
    ticked = set(request.POST.getlist("column"))
    remember_columns(user_id=viewer.user_id, columns=[name for name in FIGURES if name in ticked])
    messages.success(request, gettext("Your columns are remembered."))
    return _back(form)


@require_safe
@for_members(Right.OWN_USE)
def suggestions(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Return a few members or projects that what was typed occurs in, as options for htmx."""
    look_up, field = (_users, "user") if "user" in request.GET else (_projects, "code")
    found = look_up(viewer, request.GET.get(field, ""))
    return render(request, "reporting/_suggestions.html", {"found": found})


def _users(viewer: Viewer, typed: str) -> list[tuple[str, str]]:
    if not viewer.sees_everyone:
        return []
    typed = typed.replace("\0", "")
    named = Q(user__email__icontains=typed) | Q(user__first_name__icontains=typed) | Q(user__last_name__icontains=typed)
    members = Membership.objects.filter(named, contract_id=viewer.contract_id).select_related("user")
    users = [member.user for member in members.order_by("user__email")[:SUGGESTIONS]]
    return [(user.email or user.username, user.get_full_name()) for user in users]


def _projects(viewer: Viewer, typed: str) -> list[tuple[str, str]]:
    """Return the projects of the last year's usage: the viewer's own, or the contract's."""
    scope = UsageScope((viewer.contract_id,), user_id=None if viewer.sees_everyone else viewer.user_id)
    found = read_figures(scope=scope, group_by=("project",), periods=[Period(timezone.now() - REMEMBERED)])
    codes = sorted(code for (code,) in found[0] if code and typed.casefold() in code.casefold())
    return [(code, "") for code in codes[:SUGGESTIONS]]


def _back(form: PlaceForm) -> HttpResponse:
    """Return to the tab and query string that the form came from; to the first tab if they make no sense."""
    tab = form.cleaned_data.get("tab") or "individual-tokens"
    query = form.cleaned_data.get("query")
    return redirect(reverse(f"reporting:{tab}") + (f"?{query}" if query else ""))
