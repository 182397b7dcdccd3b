"""Which pack, how many, through which channel; then the confirmation of exactly that. And who asks a buyer to buy."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import Channel, Order, Pack
from ledger.texts import REASON_LIMIT
from portal.once import OnceForm

MAX_PACKS = 100
PRICE_CHANGED = _("The price has changed since this page was shown. Check it and confirm again.")
CHANNELS = [
    (Channel.STORE.value, _("Online store")),
    (Channel.DIRECT.value, _("Direct sales, with your purchase order number")),
]


class ChoosePackForm(forms.Form):
    """The first step; it is sent as an address, so that nothing is lost when the password is asked for."""

    pack = forms.ModelChoiceField(Pack.objects.filter(active=True), to_field_name="code", label=_("Pack"))
    quantity = forms.IntegerField(min_value=1, max_value=MAX_PACKS, initial=1, label=_("Number of packs"))
    channel = forms.ChoiceField(
        choices=CHANNELS, initial=Channel.STORE, widget=forms.RadioSelect, label=_("Buy through")
    )
    draft = forms.UUIDField(required=False, widget=forms.HiddenInput)


class ConfirmOrderForm(OnceForm):
    """The second step: what its channel needs, and the total as it was shown."""

    purchase_order = forms.CharField(
        max_length=100,
        label=_("Purchase order number"),
        help_text=_("Your own reference. It stands on the invoice and on the receipt."),
    )
    total_cents = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.total_now_cents = order.total_cents
        if order.channel != Channel.DIRECT:
            del self.fields["purchase_order"]

    def clean_total_cents(self) -> int:
        """Refuse a total that is not today's: what is paid is what was shown."""
        shown: int = self.cleaned_data["total_cents"]
        if shown != self.total_now_cents:
            raise forms.ValidationError(PRICE_CHANGED)
        return shown


class ActivationCodeForm(OnceForm):
    """A reseller's code; it says itself which pack and how many."""

    activation_code = forms.CharField(
        max_length=100,
        label=_("Activation code"),
        help_text=_("As your reseller wrote it; capitals and dashes do not matter."),
    )


class AskToBuyForm(OnceForm):
    """What somebody who may not buy asks those who may."""

    tokens = forms.IntegerField(
        min_value=1, max_value=1_000_000, label=_("How many tokens do you need?"), help_text=_("About.")
    )
    reason = forms.CharField(
        max_length=REASON_LIMIT,
        label=_("What for?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The buyers read it in their e-mail."),
    )
