"""The one way to move tokens: `post(contract_id=..., requests=[...])`. Only this package writes the journal."""

from ledger.posting.commands import (
    Allocate,
    CancelJob,
    Command,
    CompleteJob,
    Deduct,
    ExpireDue,
    FailJob,
    Grant,
    JobOrder,
    RefundJob,
    Refused,
    ReportResults,
    StartJob,
    TakeBack,
    TimeOutJob,
)
from ledger.posting.load import load_views
from ledger.posting.pipeline import post, replay
from ledger.posting.requests import Answer, Idempotency, JobView, Posted, Request, one_off, system_key

__all__ = [
    "Allocate",
    "Answer",
    "CancelJob",
    "Command",
    "CompleteJob",
    "Deduct",
    "ExpireDue",
    "FailJob",
    "Grant",
    "Idempotency",
    "JobOrder",
    "JobView",
    "Posted",
    "RefundJob",
    "Refused",
    "ReportResults",
    "Request",
    "StartJob",
    "TakeBack",
    "TimeOutJob",
    "load_views",
    "one_off",
    "post",
    "replay",
    "system_key",
]
