"""Who may not buy tokens sees who may, and can send them a request. Source: InfraWorks seed, "contact your contract
manager or software coordinator".
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ledger import audit
from ledger.rights import Right, buyers_of, rights_of
from portal.access import requires
from portal.forms.orders import AskToBuyForm
from portal.limits import purchase_request
from portal.membership import MemberRequest
from portal.models.notices import NoticeKind
from portal.notifications import links, outbox
from portal.notifications.scan import holders
from portal.refusals import too_many


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.OWN_USE)
def ask_to_buy(request: MemberRequest) -> HttpResponse:
    """Show who can buy, and on POST write to them once."""
    if Right.BUY in rights_of(request.membership):
        return redirect("portal:buy")
    if request.method != "POST":
        return ask_page(request)
    form = AskToBuyForm(request.POST, membership=request.membership)
    if not form.is_valid():
        return ask_page(request, form)
    if wait_s := purchase_request(request.user.pk):
        return too_many(request, wait_s)
    told = _tell(request, form)
    messages.success(request, _("Your request is on its way to %(names)s.") % {"names": ", ".join(told)})
    return redirect("portal:ask-to-buy")


def ask_page(request: MemberRequest, form: AskToBuyForm | None = None, *, status: int = 200) -> HttpResponse:
    """Show who can buy for the contract, with the form that writes to them."""
    shown = form or AskToBuyForm(membership=request.membership)
    context = {"form": shown, "buyers": buyers_of(request.membership.contract)}
    return render(request, "portal/ask_to_buy.html", context, status=status)


def _tell(request: MemberRequest, form: AskToBuyForm) -> list[str]:
    """Write the mails, and the line in the audit log; return who is told."""
    contract, asked = request.membership.contract, form.cleaned_data
    buyers = holders(contract.id, Right.BUY)
    sender = request.user.get_full_name() or request.user.email
    context = {"asker": request.user, "contract": contract, "address": links.page("buy"), **asked}
    subject = format_lazy(gettext_lazy("{person} asks you to buy tokens"), person=sender)
    if outbox.tell(buyers, NoticeKind.TOKENS_WANTED, about=asked["key"], subject=subject, context=context):
        audit.record(
            contract=contract,
            actor=request.user,
            action="tokens.asked_for",
            subject=request.user,
            detail=f"{asked['tokens']} tokens: {asked['reason']}",
        )
    return [buyer.get_full_name() or buyer.email for buyer in buyers]
