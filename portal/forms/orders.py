"""Which pack, how many, through which channel; then the confirmation of exactly that."""

from typing import Any

from django import forms

from ledger.models import Channel, Pack
from portal.once import OnceForm

MAX_PACKS = 100
PRICE_CHANGED = "The price has changed since this page was shown. Check it and confirm again."
CHANNELS = [(channel.value, channel.label) for channel in (Channel.STORE, Channel.DIRECT)]


class ChoosePackForm(forms.Form):
    """The first step; it is sent as an address, so that nothing is lost when the password is asked for."""

    pack = forms.ModelChoiceField(Pack.objects.filter(active=True), to_field_name="code")
    quantity = forms.IntegerField(min_value=1, max_value=MAX_PACKS, initial=1, label="Number of packs")
    channel = forms.ChoiceField(choices=CHANNELS, initial=Channel.STORE, widget=forms.RadioSelect, label="Buy through")


class ConfirmOrderForm(OnceForm):
    """The second step: what its channel needs, and the price as it was shown."""

    purchase_order = forms.CharField(
        max_length=100, label="Purchase order number", help_text="Your own reference; it stands on the receipt."
    )
    price_cents = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, channel: str, price_cents: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.price_now_cents = price_cents
        if channel != Channel.DIRECT:
            del self.fields["purchase_order"]

    def clean_price_cents(self) -> int:
        """Refuse a price that is not today's: what is paid is what was shown."""
        shown: int = self.cleaned_data["price_cents"]
        if shown != self.price_now_cents:
            raise forms.ValidationError(PRICE_CHANGED)
        return shown


class ActivationCodeForm(OnceForm):
    """A reseller's code; it says itself which pack and how many."""

    activation_code = forms.CharField(
        max_length=100, help_text="As your reseller wrote it; capitals and dashes do not matter."
    )
