"""Filters of the audit log: days, who did it, which kind of act, words in what it was done to."""

from dataclasses import replace
from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.audit_words import KINDS
from reporting.exports.question import Question

LONGEST: Final = 100


class AuditFilterForm(forms.Form):
    """What to look for. What means nothing filters nothing."""

    first = forms.DateField(required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(required=False, label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))
    who = forms.CharField(required=False, max_length=LONGEST, label=_("Done by"))
    kind = forms.ChoiceField(
        required=False,
        label=_("Kind"),
        choices=[("", _("Anything")), *((name, kind[0]) for name, kind in KINDS.items())],
    )
    words = forms.CharField(required=False, max_length=LONGEST, label=_("To whom or what, or detail"))

    def is_filtered(self) -> bool:
        """Tell whether something narrows the log."""
        return any(self.cleaned_data.values())


def narrowed(question: Question, query: QueryDict) -> Question:
    """Return a question about the audit log as a query string narrows it: for the page and its export alike."""
    kind = KINDS.get(query.get("kind", ""))
    return replace(
        question,
        who=query.get("who", "").strip()[:LONGEST],
        beginnings=kind[1] if kind else (),
        words=query.get("words", "").strip()[:LONGEST],
    )
