"""Refund requests: a failure the system did not recognise is decided on by a person, and both are recorded."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import timezone

from ledger import audit
from ledger.errors import (
    AlreadyDecided,
    AlreadyRefunded,
    Forbidden,
    NotFound,
    NothingToRefund,
    OwnDecision,
    RefundPending,
)
from ledger.models import Job, Membership, RefundRequest, RefundStatus
from ledger.posting import Idempotency, RefundJob, Request, post, replay
from ledger.posting.requests import Note
from ledger.rights import Right, require
from ledger.texts import REASON_LIMIT, check_text, require_text


def request_refund(*, user: User, job_id: UUID, reason: str, at: datetime | None = None) -> RefundRequest:
    """Ask for the tokens of one's own charged job.

    Raises:
        NotFound, Forbidden: the job does not exist or is somebody else's.
        InvalidRequest: no reason given, or one that cannot be kept.
        NothingToRefund, AlreadyRefunded, RefundPending.
    """
    job = Job.objects.filter(id=job_id).select_related("contract").first()
    if job is None:
        raise NotFound("There is no such job.")
    if job.user_id != user.pk:
        raise Forbidden("A refund is asked for by the user of the job.")
    reason = require_text(reason, field="reason", limit=REASON_LIMIT, missing="Say why the tokens should come back.")
    if job.refunded_mt:
        raise AlreadyRefunded
    if job.captured_mt == 0:
        raise NothingToRefund
    now = at or timezone.now()
    try:
        with atomic():
            refund = RefundRequest.objects.create(
                contract=job.contract, job=job, requested_by=user, reason=reason, created_at=now
            )
            audit.record(
                contract=job.contract, actor=user, action="refund.requested", subject=job.id, detail=reason, at=now
            )
    except IntegrityError as error:
        raise RefundPending from error
    return refund


def approve(
    *,
    idempotency: Idempotency,
    membership: Membership,
    request_id: UUID,
    reason: str = "",
    at: datetime | None = None,
) -> RefundRequest:
    """Give the job's tokens back to the very lots they came from; `reason` is kept with the decision.

    Raises:
        Forbidden, OwnDecision: the member may not decide on this.
        InvalidRequest: the reason cannot be kept.
        AlreadyDecided: a decision was made before.
        AlreadyRefunded: the tokens came back meanwhile.
    """
    reason = check_text(reason, field="reason", limit=REASON_LIMIT)
    refund = _find(membership, request_id)
    if answer := replay(idempotency):
        answer.require()
        return refund

    def decide(now: datetime) -> Note:
        _decide(refund, membership, RefundStatus.APPROVED, reason, at or now)
        return {"refund_request": str(refund.id)}

    command = RefundJob(job_id=refund.job_id, reason=refund.reason)
    request = Request(commands=[command], idempotency=idempotency, effect=decide, at=at)
    if refund.status == RefundStatus.DECLINED:
        raise AlreadyDecided
    (answer,) = post(contract_id=refund.contract_id, requests=[request])
    answer.require()
    refund.refresh_from_db()
    return refund


def decline(*, membership: Membership, request_id: UUID, reason: str = "", at: datetime | None = None) -> RefundRequest:
    """Keep the charge, with a reason.

    Raises:
        Forbidden, OwnDecision, AlreadyDecided, InvalidRequest.
    """
    reason = check_text(reason, field="reason", limit=REASON_LIMIT)
    refund = _find(membership, request_id)
    with atomic():
        _decide(refund, membership, RefundStatus.DECLINED, reason, at or timezone.now())
    refund.refresh_from_db()
    return refund


def _find(membership: Membership, request_id: UUID) -> RefundRequest:
    refund = (
        RefundRequest.objects.filter(contract_id=membership.contract_id, id=request_id)
        .select_related("job__user")
        .first()
    )
    if refund is None:
        raise NotFound("There is no such refund request.")
    require(membership, Right.DECIDE_REFUNDS)
    if membership.user_id in (refund.requested_by_id, refund.job.user_id):
        raise OwnDecision
    return refund


def _decide(refund: RefundRequest, membership: Membership, status: RefundStatus, reason: str, at: datetime) -> None:
    pending = RefundRequest.objects.filter(id=refund.id, status=RefundStatus.PENDING)
    if not pending.update(status=status, decided_by=membership.user, decided_at=at, decision_reason=reason):
        raise AlreadyDecided
    audit.record(
        contract=refund.contract,
        actor=membership.user,
        action=f"refund.{status}",
        subject=refund.job_id,
        detail=reason,
        at=at,
    )
