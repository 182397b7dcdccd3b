"""The example's refund requests: one granted, one declined, one that waits for a decision."""

from datetime import datetime
from typing import Final

from ledger import refunds
from ledger.models import Job, JobStatus, RefundRequest, RefundStatus
from ledger.posting import system_key
from portal.demo.organisation import Organisation
from portal.demo.people import CAROL, CONTRACT_A, Person

PENDING_REASON: Final = "All outcomes ignore the two fixed holes, so none of them can be built."


def claim(organisation: Organisation, person: Person, *, at: datetime, reason: str) -> RefundRequest:
    """Let `person` ask for the tokens of their last charged job before `at`."""
    job = (
        Job.objects.filter(user=organisation.users[person], status=JobStatus.COMPLETED, ended_at__lt=at)
        .filter(captured_mt__gt=0)
        .order_by("-ended_at", "id")[0]
    )
    known = RefundRequest.objects.filter(job=job).first()
    return known or refunds.request_refund(user=organisation.users[person], job_id=job.id, reason=reason, at=at)


def grant(organisation: Organisation, request: RefundRequest, *, at: datetime) -> None:
    """Let Carol give the tokens back."""
    refunds.approve(
        idempotency=system_key(f"demo:refund:{request.job_id}"),
        membership=organisation.member(CAROL),
        request_id=request.id,
        at=at,
    )


def decline(organisation: Organisation, request: RefundRequest, *, at: datetime) -> None:
    """Let Carol keep the charge."""
    if request.status == RefundStatus.PENDING:
        reason = "The result is there: it is on the second sheet."
        refunds.decline(membership=organisation.member(CAROL), request_id=request.id, reason=reason, at=at)


def one_is_pending() -> bool:
    """Tell whether the last request of the example was made. It stays, whatever is decided."""
    return RefundRequest.objects.filter(contract__number=CONTRACT_A, reason=PENDING_REASON).exists()
