"""Generate: what it costs before, and the jobs it starts. Source: Fusion seed, "Check your balance" and "Charge"."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from ledger import jobs
from ledger.errors import InsufficientTokens, LedgerError, NotEnabled, QuoteExpired, QuoteMismatch
from ledger.quotes import QuoteView, quote
from ledger.rights import Right, rights_of
from portal.access import requires
from portal.forms.generate import GenerateForm
from portal.generating import Choice, read_choice
from portal.membership import MemberRequest
from portal.once import idempotency
from portal.wording import words_of

PRICE_FIRST = _("Here is what it costs now. Press Generate again to agree.")
PRICED = frozenset({"service", "quantity", "count", "pool"})


@dataclass(frozen=True, slots=True)
class Cost:
    """A quote as the page shows it, or why there is none."""

    quote: QuoteView | None = None
    terms: str = ""
    unit: str = ""
    pool_label: str = ""
    alternatives: tuple[tuple[UUID, str, int], ...] = ()
    refusal: LedgerError | None = None
    not_enabled: bool = False
    may_buy: bool = False
    as_of: datetime | None = None

    @property
    def refused(self) -> str:
        """Why there is no quote, in the reader's language."""
        return words_of(self.refusal) if self.refusal else ""


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.OWN_USE)
def generate(request: MemberRequest) -> HttpResponse:
    """Show the form and its cost; on POST start the jobs at the price that was shown."""
    if request.method != "POST":
        shown = _form(request)
        initial = _initial(request, shown.choice)
        shown.initial.update(initial.dict())
        priced = GenerateForm(initial, membership=request.membership, choice=shown.choice)
        return _page(request, shown, priced=priced)
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form)
    if not form.has_seen_price():
        messages.warning(request, PRICE_FIRST)
        return _page(request, form)
    try:
        answer = jobs.start_batch(
            idempotency=idempotency(request, form.cleaned_data["key"]), orders=form.orders(), mode="all_or_nothing"
        )
    except LedgerError as refusal:
        _tell(request, refusal)
        return _page(request, form)
    return _started(request, [job for job in answer.results if isinstance(job, jobs.JobView)])


@require_POST
@requires(Right.OWN_USE)
def cost(request: MemberRequest) -> HttpResponse:
    """Show what the form would cost: as a part of the page for htmx, else as the page."""
    data = request.POST.copy()
    # The red box offers another pool or fewer studies, as buttons.
    for button, field in (("use_pool", "pool"), ("use_count", "count")):
        if button in data:
            data[field] = request.POST.get(button, "")
    form = _form(request, data)
    if request.htmx:
        return render(request, "portal/generate_cost.html", {"form": form, "cost": _cost(form)})
    return _page(request, form)


def _form(request: MemberRequest, data: QueryDict | None = None) -> GenerateForm:
    return GenerateForm(data, membership=request.membership, choice=read_choice(request.membership))


def _initial(request: MemberRequest, choice: Choice) -> QueryDict:
    """Start with the service named in the address, else the one used last, else the first."""
    named = request.GET.get("service", "")
    code = named if named in choice.services else choice.last_used
    initial = QueryDict(mutable=True)
    initial.update({"service": code or next(iter(choice.services), ""), "quantity": "1", "count": "1"})
    return initial


def _page(request: MemberRequest, form: GenerateForm, *, priced: GenerateForm | None = None) -> HttpResponse:
    return render(request, "portal/generate.html", {"form": form, "cost": _cost(priced or form)})


def _cost(form: GenerateForm) -> Cost:
    """Ask for a quote when all that the price depends on is there; a project can still be missing."""
    if not form.is_bound or PRICED & set(form.errors):
        return Cost()
    membership = form.membership
    try:
        quoted = quote(
            contract_id=membership.contract_id,
            user_id=membership.user_id,
            service=form.cleaned_data["service"],
            quantity_m=form.cleaned_data["quantity"],
            count=form.cleaned_data["count"],
            pool_id=form.pool_id(),
        )
    except LedgerError as refusal:
        return Cost(refusal=refusal, not_enabled=isinstance(refusal, NotEnabled))
    labels = form.choice.pool_labels()
    alternatives = tuple((pool, labels[pool], available_mt) for pool, available_mt in quoted.alternatives)
    unit = form.choice.services[quoted.service].unit
    may_buy = Right.BUY in rights_of(membership)
    shown = Cost(quoted, form.terms(), unit, labels[quoted.pool], alternatives)
    return replace(shown, may_buy=may_buy, as_of=timezone.now())


def _tell(request: MemberRequest, refusal: LedgerError) -> None:
    if isinstance(refusal, QuoteExpired | QuoteMismatch):
        messages.warning(request, PRICE_FIRST)
    elif not isinstance(refusal, InsufficientTokens):  # the red box of the new cost says that already
        messages.error(request, words_of(refusal))


def _started(request: MemberRequest, started: list[jobs.JobView]) -> HttpResponse:
    if len(started) == 1:
        messages.success(request, gettext("The job has started. Its tokens are held until it has a first result."))
        return redirect("portal:job", job_id=started[0].id)
    said = gettext("%(count)s jobs have started. Their tokens are held until each has a first result.")
    messages.success(request, said % {"count": len(started)})
    return redirect("portal:jobs")
