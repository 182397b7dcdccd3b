"""The page behind the link in the log of a new site: makes its first operator, once."""

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal import first_operator as first
from portal.forms.first_operator import FirstOperatorForm
from portal.refusals import told

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def first_operator(request: HttpRequest, token: str) -> HttpResponse:
    """Make who opened the link the first operator; whoever is signed in keeps their account."""
    if not first.is_valid(token):
        raise Http404
    user = request.user if isinstance(request.user, User) else None
    form = FirstOperatorForm(request.POST if request.method == "POST" and user is None else None)
    if request.method != "POST" or (user is None and not form.is_valid()):
        return render(request, "portal/first_operator.html", {"form": form})
    with told(request):
        if user is not None:
            first.become_first(user=user)
        else:
            given = form.cleaned_data
            user = first.become_first(user=None, email=given["email"], password=given["password"])
            login(request, user, backend=BACKEND)
            record_authentication(request, user, method="password")
        messages.success(request, _("You are the first operator. Others are named among the users."))
    return redirect("admin:index")


first_operator.access = None  # type: ignore[attr-defined]
