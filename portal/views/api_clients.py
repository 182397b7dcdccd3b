"""API clients: the programs that act for a contract's users. A secret is shown once, right after it was made."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ledger.rights import Right
from portal.access import password_again, requires
from portal.forms.api_clients import ClientForm
from portal.membership import MemberRequest
from portal.models import ServiceClient
from portal.refusals import told
from portal.service_clients import open_client, revoke_client


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.API_CLIENTS)
@password_again
def api_clients(request: MemberRequest) -> HttpResponse:
    form = ClientForm(request.POST if request.method == "POST" else None)
    made = open_client(membership=request.membership, **form.cleaned_data) if form.is_valid() else None
    bound = ServiceClient.objects.filter(contracts=request.membership.contract_id)
    context = {
        "form": ClientForm() if made else form,
        "made": made,
        "clients": bound.select_related("client", "created_by").prefetch_related("services"),
    }
    return render(request, "portal/api_clients.html", context)


@require_POST
@requires(Right.API_CLIENTS)
@password_again
def revoke_api_client(request: MemberRequest, client_id: str) -> HttpResponse:
    with told(request):
        name = revoke_client(membership=request.membership, client_id=client_id)
        messages.success(request, f"{name} may do nothing on this contract any more.")
    return redirect("portal:api-clients")
