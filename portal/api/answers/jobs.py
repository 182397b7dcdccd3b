"""Jobs, quotes and refund requests as answers show them."""

from typing import Any

from rest_framework import serializers

from ledger.errors import LedgerError
from ledger.models import JobStatus, RefundRequest, RefundStatus
from ledger.posting import JobView
from ledger.quotes import QuoteView
from portal.api.answers.problems import AlternativeAnswer, ProblemAnswer
from portal.api.answers.values import (
    AmountShape,
    InstantShape,
    amount,
    instant,
    instant_or_none,
    page_of,
)
from portal.api.errors import problem_of
from portal.api.problems import ApiRefusal


class DrawAnswer(serializers.Serializer[Any]):
    """What a job drew on one lot."""

    lot = serializers.UUIDField()
    amount = AmountShape()


class JobAnswer(serializers.Serializer[Any]):
    """A job: its price is held at the start, captured by the first result, released or refunded otherwise."""

    id = serializers.UUIDField()
    service = serializers.CharField()
    user = serializers.CharField()
    contract = serializers.UUIDField()
    pool = serializers.UUIDField()
    quantity = AmountShape()
    status = serializers.ChoiceField(JobStatus.choices)
    price = AmountShape()
    captured = AmountShape()
    refunded = AmountShape()
    results = serializers.IntegerField(min_value=0)
    project = serializers.CharField()
    comment = serializers.CharField()
    external_id = serializers.CharField()
    reason = serializers.CharField()
    created_at = InstantShape()
    first_result_at = InstantShape(allow_null=True)
    ended_at = InstantShape(allow_null=True)
    hold_expires_at = InstantShape(allow_null=True)
    lots = DrawAnswer(many=True)


JobPage = page_of(JobAnswer)


class JobsAnswer(serializers.Serializer[Any]):
    """Jobs that started together."""

    jobs = JobAnswer(many=True)


class ItemAnswer(serializers.Serializer[Any]):
    """What became of one item: as its own call would have answered."""

    status = serializers.IntegerField()
    job = JobAnswer(required=False)
    problem = ProblemAnswer(required=False)


class ItemsAnswer(serializers.Serializer[Any]):
    """What became of each item, in order."""

    results = ItemAnswer(many=True)


def job(view: JobView) -> dict[str, Any]:
    """Return a job's JSON, ids and times as they are. No serializer: a batch writes a thousand of them."""
    return {
        "id": view.id,
        "service": view.service,
        "user": view.user,
        "contract": view.contract,
        "pool": view.pool,
        "quantity": amount(view.quantity_m),
        "status": view.status,
        "price": amount(view.price_mt),
        "captured": amount(view.captured_mt),
        "refunded": amount(view.refunded_mt),
        "results": view.results,
        "project": view.project,
        "comment": view.comment,
        "external_id": view.external_id,
        "reason": view.reason,
        "created_at": view.created_at,
        "first_result_at": view.first_result_at,
        "ended_at": view.ended_at,
        "hold_expires_at": view.hold_expires_at,
        "lots": [{"lot": lot, "amount": amount(drawn_mt)} for lot, drawn_mt in view.lots],
    }


def item(result: JobView | LedgerError | ApiRefusal | Exception, *, status: int, path: str) -> dict[str, Any]:
    """Return one item of a batch: its job with `status`, or its problem."""
    if isinstance(result, JobView):
        return {"status": status, "job": job(result)}
    problem = problem_of(result)
    assert problem is not None, "an item is refused in a way that has a problem"
    return {"status": problem.status, "problem": problem.body(path)}


class QuoteAnswer(serializers.Serializer[Any]):
    """Required, Available and Will remain, and until when the rate is frozen."""

    id = serializers.UUIDField()
    service = serializers.CharField()
    quantity = AmountShape()
    count = serializers.IntegerField()
    price = AmountShape(help_text="Of one job.")
    required = AmountShape()  # type: ignore[assignment]  # a field takes the name over
    available = AmountShape()
    will_remain = AmountShape(help_text="Negative where the pool does not suffice.")
    sufficient = serializers.BooleanField()
    pool = serializers.UUIDField()
    rate = serializers.UUIDField()
    covered_by = serializers.CharField(help_text="Why the price is zero, where it is.")
    expires_at = InstantShape()
    max_count = serializers.IntegerField(help_text="The largest number of such jobs that the pool can pay.")
    alternatives = AlternativeAnswer(many=True)


def quote(view: QuoteView) -> dict[str, Any]:
    """Return a quote's JSON."""
    return {
        "id": str(view.id),
        "service": view.service,
        "quantity": amount(view.quantity_m),
        "count": view.count,
        "price": amount(view.price_mt),
        "required": amount(view.required_mt),
        "available": amount(view.available_mt),
        "will_remain": amount(view.will_remain_mt),
        "sufficient": view.sufficient,
        "pool": str(view.pool),
        "rate": str(view.rate),
        "covered_by": view.covered_by,
        "expires_at": instant(view.expires_at),
        "max_count": view.max_count,
        "alternatives": [
            {"pool": str(pool), "available": amount(available_mt)} for pool, available_mt in view.alternatives
        ],
    }


class RefundRequestAnswer(serializers.Serializer[Any]):
    """A user's claim for the tokens of a job, and what was decided."""

    id = serializers.UUIDField()
    job = serializers.UUIDField()
    contract = serializers.UUIDField()
    status = serializers.ChoiceField(RefundStatus.choices)
    reason = serializers.CharField()
    requested_by = serializers.CharField()
    created_at = InstantShape()
    decided_by = serializers.CharField(allow_null=True)
    decided_at = InstantShape(allow_null=True)
    decision_reason = serializers.CharField()


RefundRequestPage = page_of(RefundRequestAnswer)


def refund_request(claim: RefundRequest) -> dict[str, Any]:
    """Return a refund request's JSON; load it with `requested_by` and `decided_by`."""
    return {
        "id": str(claim.id),
        "job": str(claim.job_id),
        "contract": str(claim.contract_id),
        "status": claim.status,
        "reason": claim.reason,
        "requested_by": claim.requested_by.email,
        "created_at": instant(claim.created_at),
        "decided_by": claim.decided_by.email if claim.decided_by else None,
        "decided_at": instant_or_none(claim.decided_at),
        "decision_reason": claim.decision_reason,
    }
