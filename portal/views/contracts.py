"""The contract switcher."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.access import anybody_signed_in
from portal.membership import SignedInRequest, choose


@require_POST
@anybody_signed_in
def choose_contract(request: SignedInRequest) -> HttpResponse:
    try:
        contract_id = UUID(request.POST.get("contract", ""))
    except ValueError as error:
        raise Http404 from error
    if not choose(request, contract_id):
        raise Http404
    return redirect("portal:home")
