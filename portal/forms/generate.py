"""What to generate: service, quantity, number of studies, and who pays."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import sanitize_separators
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.amounts import parse_milli
from ledger.errors import InvalidAmount
from ledger.jobs import JobOrder
from ledger.models import Membership, Service
from portal.generating import Choice
from portal.once import OnceForm
from portal.pools import PoolLine
from portal.templatetags.portal import tokens
from portal.wording import words_of

MAX_COUNT = 100
AUTOMATIC = ("", _("Automatic (your preference, else individual first)"))


class GenerateForm(OnceForm):
    """One or more jobs of one service, all or nothing."""

    service = forms.ChoiceField(choices=[], label=_("Service"))
    quantity = forms.CharField(
        initial="1", max_length=16, label=_("Quantity of each"), widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    count = forms.IntegerField(
        min_value=1,
        max_value=MAX_COUNT,
        initial=1,
        label=_("Number of studies"),
        help_text=_("Each one is a job of its own: all of them start, or none."),
    )
    pool = forms.ChoiceField(choices=[], required=False, label=_("Pay from"))
    project = forms.CharField(max_length=100, required=False, label=_("Project code"))
    comment = forms.CharField(max_length=500, required=False, label=_("Comment"))
    quote = forms.UUIDField(required=False, widget=forms.HiddenInput)
    agreed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        membership: Membership,
        choice: Choice,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, membership=membership, **kwargs)
        self.choice = choice
        self.fields["service"] = forms.ChoiceField(choices=_by_product(choice.services.values()), label=_("Service"))
        choices = [(str(pool.id), _with_balance(pool)) for pool in choice.pools]
        self.fields["pool"] = forms.ChoiceField(choices=[AUTOMATIC, *choices], required=False, label=_("Pay from"))
        self.fields["project"].required = membership.contract.project_required
        self.order_fields(["service", "quantity", "count", "pool", "project", "comment"])

    def clean_quantity(self) -> int:
        """Return the quantity in thousandths of the service's unit."""
        try:
            quantity_m = parse_milli(str(sanitize_separators(self.cleaned_data["quantity"])))
        except InvalidAmount as error:
            raise forms.ValidationError(words_of(error)) from error
        if quantity_m == 0:
            raise forms.ValidationError(_("The quantity must be more than 0."))
        return quantity_m

    def pool_id(self) -> UUID | None:
        """Return the pool that was chosen, else the one preferred for the service; None leaves it to the ledger."""
        if chosen := self.cleaned_data["pool"]:
            return UUID(chosen)
        return self.choice.preferred_pool(self.cleaned_data["service"])

    def terms(self) -> str:
        """Return what a shown price was for, so that nothing else is started at it."""
        data = self.cleaned_data
        return f"{data['service']}:{data['quantity']}:{data['count']}:{data['pool']}"

    def has_seen_price(self) -> bool:
        """Tell whether the form was sent with the price for just these terms on the screen."""
        return bool(self.cleaned_data["quote"]) and self.cleaned_data["agreed"] == self.terms()

    def orders(self) -> list[JobOrder]:
        """Return one order for each study."""
        order = JobOrder(
            contract_id=self.membership.contract_id,
            user_id=self.membership.user_id,
            service=self.cleaned_data["service"],
            quantity_m=self.cleaned_data["quantity"],
            pool_id=self.pool_id(),
            quote_id=self.cleaned_data["quote"],
            project=self.cleaned_data["project"],
            comment=self.cleaned_data["comment"],
        )
        return [order] * self.cleaned_data["count"]


def _with_balance(pool: PoolLine) -> str:
    return gettext("%(pool)s: %(available)s available") % {
        "pool": pool.label,
        "available": tokens(pool.balance.available_mt),
    }


def _by_product(services: Iterable[Service]) -> list[tuple[str, list[tuple[str, str]]]]:
    grouped = groupby(services, key=lambda service: service.product.name)
    return [(product, [(each.code, each.name) for each in group]) for product, group in grouped]
