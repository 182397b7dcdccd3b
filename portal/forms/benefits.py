"""What proves a subscription: the contract's number and the product's serial number."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ContractNumberForm(forms.Form):
    """Both numbers stand on the contract's paper; the same refusal for either, so there is nothing to probe."""

    contract_number = forms.CharField(max_length=64, label=_("Contract number"))
    serial_number = forms.CharField(max_length=64, label=_("Serial number"))
