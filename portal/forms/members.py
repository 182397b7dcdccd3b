"""Roles, shared use, invitations, tokens to allocate, and whom to hand over to."""

from typing import Any
from uuid import UUID

from django import forms

from ledger.amounts import parse_milli
from ledger.errors import InvalidAmount
from ledger.models import Membership, Role, Subscription
from ledger.rights import Right, rights_of
from portal.once import OnceForm

NAMEABLE = [(role.value, role.label) for role in (Role.END_USER, Role.COORDINATOR)]


class RoleForm(forms.Form):
    """The role of a member who is not the administrator."""

    role = forms.ChoiceField(choices=NAMEABLE)


class AllocationForm(OnceForm):
    """How many tokens to move between the shared pool and a member's own."""

    amount = forms.CharField(max_length=16, label="Tokens")

    def clean_amount(self) -> int:
        """Return milli-tokens."""
        try:
            amount_mt = parse_milli(self.cleaned_data["amount"])
        except InvalidAmount as error:
            raise forms.ValidationError(error.detail) from error
        if amount_mt == 0:
            raise forms.ValidationError("The amount must be more than 0.")
        return amount_mt


class InvitationForm(forms.Form):
    """Whom to invite, and as what. Only the administrator invites coordinators."""

    email = forms.EmailField(label="E-mail address")
    role = forms.ChoiceField(choices=NAMEABLE)
    uses_shared = forms.BooleanField(required=False, label="May use the shared tokens")
    subscription = forms.ModelChoiceField(
        Subscription.objects.none(), required=False, label="Seat of", empty_label="Any subscription with a free seat"
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subscriptions = Subscription.objects.filter(contract_id=membership.contract_id, product__has_benefits=True)
        self.fields["subscription"] = forms.ModelChoiceField(
            subscriptions.select_related("product"),
            required=False,
            label="Seat of",
            empty_label="Any subscription with a free seat",
        )
        if Right.NAME_COORDINATORS not in rights_of(membership):
            del self.fields["role"]


class HandOverForm(forms.Form):
    """The next administrator, and a tick so that it does not happen by accident."""

    member = forms.TypedChoiceField(coerce=UUID, label="New administrator")
    sure = forms.BooleanField(label="I understand that I become a coordinator and cannot undo this myself")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        enabled = Membership.objects.filter(contract_id=membership.contract_id, enabled_at__isnull=False)
        others = enabled.exclude(id=membership.id).select_related("user")
        choices = [(str(other.id), f"{other.user.email}, {other.get_role_display().lower()}") for other in others]
        self.fields["member"] = forms.TypedChoiceField(coerce=UUID, choices=choices, label="New administrator")
