"""The contract's options, for its administrator."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ledger.options import set_options
from ledger.rights import Right
from portal.access import requires
from portal.forms.options import OptionsForm, options_of
from portal.membership import MemberRequest
from portal.refusals import told


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.CONTRACT_OPTIONS)
def options(request: MemberRequest) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = OptionsForm(sent, membership=request.membership, initial=options_of(request.membership.contract))
    if not form.is_valid():
        return render(request, "portal/options.html", {"form": form})
    with told(request):
        set_options(
            membership=request.membership,
            allow_split=form.cleaned_data["allow_split"],
            project_required=form.cleaned_data["project_required"],
            approval_limit_cents=form.limit_cents(),
        )
        messages.success(request, "The contract's options are saved. They act from now on.")
    return redirect("portal:options")
