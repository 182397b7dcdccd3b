"""What proves a subscription: the contract's number and the product's serial number."""

from django import forms


class ContractNumberForm(forms.Form):
    """Both numbers stand on the contract's paper; the same refusal for either, so there is nothing to probe."""

    contract_number = forms.CharField(max_length=64)
    serial_number = forms.CharField(max_length=64)
