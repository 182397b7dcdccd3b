"""Filters of the list of members, roles, tokens to allocate, and whom to hand over to."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ledger.amounts import parse_milli
from ledger.errors import InvalidAmount
from ledger.models import BUYERS, Membership, Role
from portal.once import OnceForm

NAMEABLE = [(role.value, role.label) for role in (Role.END_USER, Role.COORDINATOR)]
SHARED: Final = (("", _("Any")), ("yes", _("May use them")), ("no", _("May not")))
BENEFITS: Final = (("", _("Any")), ("enabled", _("Enabled")), ("not", _("Not enabled")))
MOST_CANDIDATES: Final = 500


class MemberFilterForm(forms.Form):
    """Which members to list. What means nothing filters nothing."""

    search = forms.CharField(required=False, max_length=100, label=_("Name or e-mail address contains"))
    role = forms.ChoiceField(required=False, choices=[("", _("Any role")), *Role.choices], label=_("Role"))
    shared = forms.ChoiceField(required=False, choices=SHARED, label=_("Shared tokens"))
    benefits = forms.ChoiceField(required=False, choices=BENEFITS, label=_("Benefits"))

    def members(self, everybody: QuerySet[Membership]) -> QuerySet[Membership]:
        """Return those of `everybody` that were asked for, the administrator and coordinators first."""
        self.is_valid()
        wanted = self.cleaned_data
        if words := wanted.get("search", "").replace("\0", "").strip():
            names = Q(user__email__icontains=words) | Q(user__first_name__icontains=words)
            everybody = everybody.filter(names | Q(user__last_name__icontains=words))
        if wanted.get("role"):
            everybody = everybody.filter(role=wanted["role"])
        if wanted.get("shared"):
            may = Q(uses_shared=True) | Q(role__in=BUYERS)
            everybody = everybody.filter(may if wanted["shared"] == "yes" else ~may)
        if wanted.get("benefits"):
            everybody = everybody.filter(enabled_at__isnull=wanted["benefits"] == "not")
        return everybody.order_by("role", "user__email", "id")

    def is_filtered(self) -> bool:
        """Tell whether something narrows the list."""
        return any(self.cleaned_data.values())


class RoleForm(forms.Form):
    """The role of a member who is not the administrator."""

    role = forms.ChoiceField(choices=NAMEABLE, label=_("Role"))


class AllocationForm(OnceForm):
    """How many tokens to move between the shared pool and a member's own, and whether that was confirmed."""

    amount = forms.CharField(max_length=16, label=_("Tokens"))
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean_amount(self) -> int:
        """Return milli-tokens."""
        try:
            amount_mt = parse_milli(self.cleaned_data["amount"])
        except InvalidAmount as error:
            raise forms.ValidationError(error.detail) from error
        if amount_mt == 0:
            raise forms.ValidationError(_("The amount must be more than 0."))
        return amount_mt


class HandOverForm(forms.Form):
    """The next administrator, and a tick so that it does not happen by accident."""

    member = forms.TypedChoiceField(coerce=UUID, label=_("New administrator"))
    sure = forms.BooleanField(label=_("I understand that I become a coordinator and cannot undo this myself"))

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        enabled = Membership.objects.filter(contract_id=membership.contract_id, enabled_at__isnull=False)
        others = enabled.exclude(id=membership.id).select_related("user").order_by("role", "user__email")
        choices = [
            (str(other.id), f"{other.user.email}, {other.get_role_display().lower()}")
            for other in others[:MOST_CANDIDATES]
        ]
        self.fields["member"] = forms.TypedChoiceField(coerce=UUID, choices=choices, label=_("New administrator"))
