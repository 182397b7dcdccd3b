"""From the items of a request to the ledger's orders and verdicts: shape, contract, user, permission.

An item that is refused here becomes its refusal and keeps its place.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from rest_framework.exceptions import ValidationError

from ledger.errors import LedgerError
from ledger.jobs import JobOrder, JobView, Verdict
from portal.api.access import contract_of, require_job, user_ordered_for
from portal.api.caller import Caller
from portal.api.lookups import JobFacts, find_jobs
from portal.api.problems import ApiRefusal
from portal.api.requests.base import Body, reader

Refusal = LedgerError | ApiRefusal | ValidationError
REFUSALS: Final = (LedgerError, ApiRefusal, ValidationError)
Values = dict[str, Any]
Given = TypeVar("Given")
Made = TypeVar("Made")
Wanted = TypeVar("Wanted", JobOrder, Verdict)


def each(given: Sequence[Given | Refusal], make: Callable[[Given], Made]) -> list[Made | Refusal]:
    """Return what `make` makes of each item, or its refusal; items refused before stay so."""
    made: list[Made | Refusal] = []
    for item in given:
        try:
            made.append(item if isinstance(item, REFUSALS) else make(item))
        except REFUSALS as refusal:
            made.append(refusal)
    return made


def read_items(shape: type[Body], items: Sequence[Any]) -> list[Values | Refusal]:
    """Return the checked values of each item, or what is wrong with it."""
    return each(items, reader(shape).run_validation)


def job_orders(caller: Caller, items: Sequence[Values | Refusal]) -> list[JobOrder | Refusal]:
    """Return an order per item, or its refusal."""
    return each(items, lambda item: _order(caller, item))


def verdicts(caller: Caller, items: Sequence[Values | Refusal]) -> list[Verdict | Refusal]:
    """Return a verdict per item, or why the caller may not give it; one statement for all their jobs."""
    facts = find_jobs([item["job"] for item in items if not isinstance(item, REFUSALS)])

    def verdict(item: Values) -> Verdict:
        job = require_job(caller, facts.get(item["job"]), item["verb"])
        return _verdict(job, item)

    return each(items, verdict)


def accepted(asked: Sequence[Wanted | Refusal]) -> list[Wanted]:
    """Return the items that are not refused, in order."""
    return [item for item in asked if not isinstance(item, REFUSALS)]


def merged(asked: Sequence[Wanted | Refusal], results: Sequence[JobView | LedgerError]) -> list[JobView | Refusal]:
    """Return a result per item, in order: the next of `results`, or why it is refused."""
    following = iter(results)
    return [item if isinstance(item, REFUSALS) else next(following) for item in asked]


def refused(asked: Sequence[object]) -> list[int]:
    """Return the positions of the items that are refused."""
    return [position for position, item in enumerate(asked) if isinstance(item, REFUSALS)]


def _order(caller: Caller, item: Values) -> JobOrder:
    contract_id = contract_of(caller, item.get("contract"))
    user_id, email = user_ordered_for(caller, item.get("user"))
    return JobOrder(
        contract_id=contract_id,
        user_id=user_id,
        email=email,
        service=item["service"],
        quantity_m=item["quantity"],
        pool_id=item.get("pool"),
        quote_id=item.get("quote"),
        project=item["project"],
        comment=item["comment"],
        external_id=item["external_id"],
    )


def _verdict(job: JobFacts, item: Values) -> Verdict:
    return Verdict(
        job_id=job.id,
        contract_id=job.contract_id,
        verb=item["verb"],
        count=item["count"],
        amount_mt=item.get("amount"),
        reason=item["reason"],
    )
