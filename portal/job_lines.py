"""What a person may do with a job, and why not: for the list of jobs and the page of one. A courtesy; verbs decide."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.models import LIVE_STATUSES, Job, JobStatus, RefundPolicy, RefundRequest, RefundStatus

RESULTS_EXIST = _(
    "Results exist already. The job goes on and its tokens are consumed: "
    "this service gives them back only before the first result."
)
NOT_YOURS = _("Only who started a job can cancel it.")


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as its user, or somebody who may see it, finds it."""

    job: Job
    is_mine: bool
    refund_pending: bool

    @property
    def is_live(self) -> bool:
        return self.job.status in LIVE_STATUSES

    @property
    def held_mt(self) -> int:
        return self.job.price_mt if self.job.status == JobStatus.RUNNING else 0

    @property
    def held_or_charged_mt(self) -> int:
        return self.held_mt or self.job.captured_mt

    @property
    def keeps_its_tokens(self) -> bool:
        """Results exist, and the service refunds only before the first. Source: Fusion seed, "Cancel"."""
        return self.job.service.refund_policy == RefundPolicy.BEFORE_FIRST_RESULT and self.job.results > 0

    @property
    def may_cancel(self) -> bool:
        return self.is_mine and self.is_live and not self.keeps_its_tokens

    @property
    def why_not(self) -> Promise | str:
        """Say why a job that is still at work cannot be cancelled by this person."""
        if not self.is_live:
            return ""
        if not self.is_mine:
            return NOT_YOURS
        return RESULTS_EXIST if self.keeps_its_tokens else ""

    @property
    def comes_back_mt(self) -> int:
        """Return what cancelling gives back, in milli-tokens."""
        return self.held_mt or self.job.captured_mt - self.job.refunded_mt

    @property
    def may_ask_refund(self) -> bool:
        return self.is_mine and not self.refund_pending and self.job.captured_mt > self.job.refunded_mt


def lines_of(jobs: Iterable[Job], user: User) -> Iterator[JobLine]:
    """Yield the jobs as `user` finds them, with one statement for all. They come with their service."""
    found = list(jobs)
    asked = RefundRequest.objects.filter(job__in=found, status=RefundStatus.PENDING).values_list("job_id", flat=True)
    pending = set(asked)
    for job in found:
        yield JobLine(job, is_mine=job.user_id == user.pk, refund_pending=job.pk in pending)
