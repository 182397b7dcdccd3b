"""API clients: programs that act for a contract's users. A secret is shown once, right after it was made."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ledger.rights import Right
from portal.access import password_again, password_before_change, requires
from portal.api_clients import open_client, open_desktop_application, revoke_client
from portal.forms.api_clients import ClientForm, DesktopForm
from portal.membership import MemberRequest
from portal.models import ServiceClient
from portal.refusals import told


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.API_CLIENTS)
@password_before_change
def api_clients(request: MemberRequest) -> HttpResponse:
    """List the contract's clients; a POST makes a service client and shows its secret, this once."""
    form = ClientForm(request.POST if request.method == "POST" else None)
    made = open_client(membership=request.membership, **form.cleaned_data) if form.is_valid() else None
    return render(request, "portal/api_clients.html", {**_listed(request), "form": form, "made": made})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.API_CLIENTS)
@password_before_change
def new_desktop_application(request: MemberRequest) -> HttpResponse:
    """Register a desktop application, which has no secret."""
    form = DesktopForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "portal/new_desktop_application.html", {"form": form})
    open_desktop_application(membership=request.membership, **form.cleaned_data)
    said = _("%(name)s is registered. What its makers need stands below.") % {"name": form.cleaned_data["name"]}
    messages.success(request, said)
    return redirect("portal:api-clients")


@require_POST
@requires(Right.API_CLIENTS)
@password_again
def revoke_api_client(request: MemberRequest, client_id: str) -> HttpResponse:
    with told(request):
        name = revoke_client(membership=request.membership, client_id=client_id)
        messages.success(request, _("%(name)s may do nothing on this contract any more.") % {"name": name})
    return redirect("portal:api-clients")


def _listed(request: MemberRequest) -> dict[str, Any]:
    bound = ServiceClient.objects.filter(contracts=request.membership.contract_id)
    return {
        "clients": bound.select_related("client", "created_by").prefetch_related("services"),
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
