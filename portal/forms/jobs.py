"""Filters of the job list, and why a refund is asked for."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from ledger.models import Job, JobStatus, Membership
from ledger.rights import Right, rights_of

WHOSE = (("mine", "My jobs"), ("all", "Everyone's jobs"))


class JobFilterForm(forms.Form):
    """Which jobs to list. Unknown values list everything rather than fail."""

    status = forms.ChoiceField(choices=[("", "Any status"), *JobStatus.choices], required=False)
    project = forms.CharField(max_length=100, required=False, label="Project code")
    whose = forms.ChoiceField(choices=WHOSE, required=False)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership
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
            found = found.filter(status=wanted["status"])
        if wanted.get("project"):
            found = found.filter(project=wanted["project"])
        return found


class ReasonForm(forms.Form):
    """A reason, in the words of who asks or decides."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def visible_jobs(membership: Membership) -> QuerySet[Job]:
    """Return the member's own jobs; the contract's for who may see everyone's usage."""
    jobs = Job.objects.filter(contract_id=membership.contract_id).select_related("service__product", "user", "pool")
    if Right.CONTRACT_REPORTS in rights_of(membership):
        return jobs
    return jobs.filter(user_id=membership.user_id)
