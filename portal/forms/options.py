"""How the administrator wants the contract's tokens to be used and bought."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import Contract
from portal.once import OnceForm


class OptionsForm(OnceForm):
    """The contract's options. The limit is a price, without its currency."""

    allow_split = forms.BooleanField(
        required=False,
        label=_("A charge may be paid from both pools together"),
        help_text=_("Off: a job is paid whole from one pool, even if both together would be enough."),
    )
    project_required = forms.BooleanField(
        required=False,
        label=_("Every job must carry a project code"),
        help_text=_("On: a job without one is refused, also from desktop applications. Jobs that run already go on."),
    )
    approval_limit = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        label=_("Orders above this price need your approval"),
        help_text=_(
            "Before tax, in the currency of the order. Empty: coordinators buy without asking. "
            "0: every order waits. Orders that wait already go on waiting."
        ),
    )

    def limit_cents(self) -> int | None:
        """Return the limit in cents, None without one."""
        limit: Decimal | None = self.cleaned_data["approval_limit"]
        return None if limit is None else int(limit * 100)


def options_of(contract: Contract) -> dict[str, bool | Decimal | None]:
    """Return the contract's options as the form shows them."""
    cents = contract.approval_limit_cents
    return {
        "allow_split": contract.allow_split,
        "project_required": contract.project_required,
        "approval_limit": None if cents is None else Decimal(cents) / 100,
    }
