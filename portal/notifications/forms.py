"""The form of the mails a person wants: a box for each kind, with what it is good for."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.models.notices import NoticeKind

HELP: Final = {
    NoticeKind.ORDER_WAITS: _("Nothing is bought until you decide."),
    NoticeKind.ORDER_DECIDED: _("By somebody else than you."),
    NoticeKind.TOKENS_WANTED: _("By who may not buy themselves."),
    NoticeKind.REFUND_ASKED: _("The tokens go back to the lots they came from when you approve."),
    NoticeKind.REFUND_DECIDED: _("With the reason, if it was declined."),
    NoticeKind.ENABLING_ASKED: _("They gave the right contract and serial number."),
    NoticeKind.ENABLING_DECIDED: _("You see your services and your gift after that."),
    NoticeKind.LOW_BALANCE: _("Once each time: again only after the balance was good in between."),
    NoticeKind.EXPIRING: _("One mail for each of the three, about your pool or the shared one if you buy for it."),
    NoticeKind.EXPORT_READY: _("Exports by a schedule are sent until you stop the schedule."),
}


class MailsForm(forms.Form):
    """One box for each kind of mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in NoticeKind:
            self.fields[kind.value] = forms.BooleanField(label=kind.label, help_text=HELP[kind], required=False)

    def wanted(self) -> set[str]:
        """Return the ticked kinds."""
        return {kind for kind in NoticeKind.values if self.cleaned_data[kind]}
