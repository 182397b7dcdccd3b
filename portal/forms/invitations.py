"""Whom to invite: a list that was pasted or uploaded, and what holds where a line of it does not say."""

from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from ledger.models import Membership, Role, Subscription
from ledger.rights import Right, rights_of
from portal.forms.members import NAMEABLE
from portal.invitees import Line, read_list

MOST_LINES: Final = 200
LARGEST_FILE: Final = 200_000
LONGEST_LIST: Final = 40_000


class InvitationsForm(forms.Form):
    """A list of people. Only the administrator invites coordinators."""

    people = forms.CharField(
        required=False,
        max_length=LONGEST_LIST,
        label=_("People"),
        help_text=_("One in each line: an address, then perhaps a role and “shared”, with commas between them."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        required=False,
        label=_("Or a CSV file"),
        help_text=_("With the columns email, role and shared, or without a first line of names."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    role = forms.ChoiceField(choices=NAMEABLE, required=False, label=_("Role, where a line does not say"))
    subscription = forms.ModelChoiceField(
        Subscription.objects.none(), required=False, label=_("Seat of"), empty_label=_("Any subscription with a seat")
    )
    uses_shared = forms.BooleanField(required=False, label=_("They may use the shared tokens"))

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        eligible = Subscription.objects.filter(contract_id=membership.contract_id, product__has_benefits=True)
        seat = self.fields["subscription"]
        assert isinstance(seat, forms.ModelChoiceField)
        seat.queryset = eligible.select_related("product")
        if Right.NAME_COORDINATORS not in rights_of(membership):
            del self.fields["role"]

    def clean_file(self) -> str:
        """Return the file's text, in the encodings in which spreadsheets save."""
        uploaded: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if uploaded is None:
            return ""
        if (uploaded.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(_("This file is too large to be a list of people."))
        content: bytes = uploaded.read()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("cp1252", errors="replace")

    def clean(self) -> dict[str, Any]:
        """Refuse an empty list, and one that is too long for one go."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        cleaned["people"] = "\n".join(part for part in (cleaned["people"], cleaned["file"]) if part.strip())
        if "\0" in cleaned["people"]:
            self.add_error("people", _("This has characters that no list has."))
        elif not cleaned["people"].strip():
            self.add_error("people", _("Give at least one address, or choose a file."))
        elif len(self.lines()) > MOST_LINES:
            words = _("These are more than %(most)s people. Send the list in parts.") % {"most": MOST_LINES}
            self.add_error("people", words)
        return cleaned

    def lines(self) -> list[Line]:
        """Return what the list means, line by line. Needs the cleaned data."""
        role = self.cleaned_data.get("role") or Role.END_USER
        return read_list(self.cleaned_data["people"], role=role, uses_shared=self.cleaned_data["uses_shared"])
