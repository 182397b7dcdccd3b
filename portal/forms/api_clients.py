"""What a new API client is called and what it may do: a service client, or a desktop application."""

from typing import Final
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import Service
from portal.api.scopes import SERVICE_SCOPES, Scope

MOST_ADDRESSES: Final = 10
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
NAME_HELP: Final = _("What people will recognise it by, such as: Desktop.")


class ClientForm(forms.Form):
    """A program of the contract's own, on a server."""

    name = forms.CharField(max_length=100, label=_("Name"), help_text=NAME_HELP)
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        initial=[scope.value for scope in SERVICE_SCOPES],
        widget=forms.CheckboxSelectMultiple,
        label=_("It may"),
    )
    services = forms.ModelMultipleChoiceField(
        Service.objects.filter(active=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("It settles every job of"),
        help_text=_("Besides the jobs it starts itself. For the program that runs a service."),
    )


class DesktopForm(forms.Form):
    """A program on people's computers, in which they sign in with their account here."""

    name = forms.CharField(
        max_length=100, label=_("Name"), help_text=_("People read it when they are asked whether it may act for them.")
    )
    redirect_uris = forms.CharField(
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        label=_("Redirect addresses"),
        help_text=_(
            "Where the browser goes back to, one in each line: http://127.0.0.1:8765/callback, or an https address. "
            "None for a program that only shows a code."
        ),
    )
    scopes = forms.MultipleChoiceField(
        choices=[choice for choice in Scope.choices if choice[0] != Scope.USAGE_WRITE],
        initial=[Scope.TOKENS_READ.value, Scope.JOBS_WRITE.value],
        widget=forms.CheckboxSelectMultiple,
        label=_("It may ask for"),
        help_text=_("People can allow less, and nobody can do more through it than their role allows."),
    )

    def clean_redirect_uris(self) -> list[str]:
        """Return the addresses: https anywhere, http on the person's own computer, nothing else."""
        found = list(dict.fromkeys(self.cleaned_data["redirect_uris"].split()))
        if len(found) > MOST_ADDRESSES:
            raise forms.ValidationError(_("Give at most %(most)s addresses.") % {"most": MOST_ADDRESSES})
        for address in found:
            if not _may_redirect_to(address):
                words = _("“%(address)s” cannot be used: give an https address, or http on 127.0.0.1 or localhost.")
                raise forms.ValidationError(words % {"address": address[:100]})
        return found


def _may_redirect_to(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and not set('*\\"<>') & set(address)
    if not plain or parts.fragment or "#" in address or parts.username is not None or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
