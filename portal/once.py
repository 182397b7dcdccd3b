"""Forms that take effect once: each carries a hidden key, and a second click answers what the first one did."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id
from ledger.models import Membership
from ledger.posting.requests import Idempotency

SWITCHED = _("You switched to another contract meanwhile. Check the form, it is now about %(name)s.")


class OnceForm(forms.Form):
    """A form about one contract, sent under a key of its own."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)
    contract = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, membership: Membership, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.membership = membership
        self.fields["contract"].initial = membership.contract_id

    def clean_contract(self) -> UUID:
        """Refuse what was filled in for another contract: with two tabs open it is easily sent to the wrong one."""
        contract: UUID = self.cleaned_data["contract"]
        if contract != self.membership.contract_id:
            raise forms.ValidationError(SWITCHED % {"name": self.membership.contract.name})
        return contract


def idempotency(request: HttpRequest, key: UUID) -> Idempotency:
    """Bind `key` to this user, and to exactly what this request says."""
    sent = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    fingerprint = sha256(repr((request.get_full_path(), sent)).encode()).hexdigest()
    return Idempotency(caller=f"user:{request.user.pk}", key=str(key), fingerprint=fingerprint)
