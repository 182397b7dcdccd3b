"""Filters of the job list, and why a refund is asked for."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ledger.models import LIVE_STATUSES, Job, JobStatus, Membership, Service
from ledger.rights import Right, rights_of
from ledger.texts import REASON_LIMIT
from reporting.exports.question import LIVE

WHOSE = (("mine", _("My jobs")), ("all", _("Everyone's jobs")))
STATUSES = [("", _("Any status")), (LIVE, _("Running now")), *JobStatus.choices]


class JobFilterForm(forms.Form):
    """Which jobs to list. Unknown values list everything rather than fail."""

    status = forms.ChoiceField(choices=STATUSES, required=False, label=_("Status"))
    service = forms.ChoiceField(choices=[], required=False, label=_("Service"))
    project = forms.CharField(max_length=100, required=False, label=_("Project code"))
    whose = forms.ChoiceField(choices=WHOSE, required=False, label=_("Whose"))

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership
        services = Service.objects.values_list("code", "name")
        choices = [("", _("All services")), *services]
        self.fields["service"] = forms.ChoiceField(choices=choices, required=False, label=_("Service"))
        self.sees_all = Right.CONTRACT_REPORTS in rights_of(membership)
        if not self.sees_all:
            del self.fields["whose"]

    def jobs(self) -> QuerySet[Job]:
        """Return the jobs that the member may see and asked for, newest first."""
        self.is_valid()
        wanted = self.cleaned_data
        found = visible_jobs(self.membership)
        if self.sees_all and wanted.get("whose") != "all":
            found = found.filter(user_id=self.membership.user_id)
        if wanted.get("status"):
            found = found.filter(status__in=LIVE_STATUSES if wanted["status"] == LIVE else [wanted["status"]])
        if wanted.get("service"):
            found = found.filter(service__code=wanted["service"])
        if wanted.get("project"):
            found = found.filter(project=wanted["project"])
        return found

    @property
    def shows_all(self) -> bool:
        """Tell whether the list is everyone's; only then it says whose each job is."""
        return self.sees_all and self.cleaned_data.get("whose") == "all"

    def is_filtered(self) -> bool:
        """Tell whether something narrows the list; whose jobs they are is not counted."""
        return any(self.cleaned_data.get(name) for name in ("status", "service", "project"))


class ReasonForm(forms.Form):
    """A reason, in the words of who asks or decides."""

    reason = forms.CharField(max_length=REASON_LIMIT, widget=forms.Textarea(attrs={"rows": 3}), label=_("Reason"))


def visible_jobs(membership: Membership) -> QuerySet[Job]:
    """Return the member's own jobs; the contract's for who may see everyone's usage."""
    jobs = Job.objects.filter(contract_id=membership.contract_id).select_related("service__product", "user", "pool")
    if Right.CONTRACT_REPORTS in rights_of(membership):
        return jobs
    return jobs.filter(user_id=membership.user_id)
