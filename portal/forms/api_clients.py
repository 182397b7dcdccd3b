"""What a new service client is called and what it may do."""

from django import forms

from portal.api.scopes import SERVICE_SCOPES, Scope


class ClientForm(forms.Form):
    """A program of the contract's own."""

    name = forms.CharField(max_length=100, help_text="What people will recognise it by, such as: Desktop.")
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        initial=[scope.value for scope in SERVICE_SCOPES],
        widget=forms.CheckboxSelectMultiple,
        label="It may",
    )
