"""Jobs by the thousand: start many, settle many. Each item is answered as its own call would be."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from rest_framework.request import Request
from rest_framework.response import Response

from ledger import jobs
from ledger.jobs import BatchAnswer, JobOrder, JobView
from portal.api.answers import jobs as shapes
from portal.api.errors import problem_of
from portal.api.idempotency import idempotency_of
from portal.api.job_items import (
    REFUSALS,
    Refusal,
    Wanted,
    accepted,
    job_orders,
    merged,
    read_items,
    refused,
    verdicts,
)
from portal.api.operations import operation
from portal.api.requests import jobs as bodies
from portal.api.scopes import Scope
from portal.api.views.base import ApiView, answered

NOTHING: Final = BatchAnswer((), replayed=False)
"""The ledger's answer when every item was refused before it was asked."""


class JobsBatch(ApiView):
    """`/jobs/batch`."""

    @operation(
        summary="Start up to 1,000 jobs: all of them or none, or each by itself",
        scopes=(Scope.JOBS_WRITE,),
        body=bodies.BatchBody,
        answers={200: shapes.ItemsAnswer, 201: shapes.JobsAnswer},
        keyed=True,
        refusals=(402, 404),
    )
    def post(self, request: Request) -> Response:
        """Hold every job's price; `all_or_nothing` answers 201, `each` answers 200."""
        values = self.body()
        orders = job_orders(self.caller, read_items(bodies.JobBody, values["items"]))
        if values["mode"] == "each":
            return _each(request, orders)
        return _whole(request, orders)


class JobsSettle(ApiView):
    """`/jobs/settle`."""

    @operation(
        summary="Settle up to 1,000 jobs, each by itself and in order",
        scopes=(Scope.JOBS_WRITE,),
        body=bodies.SettleBody,
        answers={200: shapes.ItemsAnswer},
        keyed=True,
    )
    def post(self, request: Request) -> Response:
        """Report what became of jobs."""
        asked = verdicts(self.caller, read_items(bodies.VerdictBody, self.body()["items"]))
        key = idempotency_of(request, refused(asked))
        wanted = accepted(asked)
        answer = jobs.settle(idempotency=key, verdicts=wanted) if wanted else NOTHING
        return _items(request, asked, answer, status=200)


def _each(request: Request, asked: Sequence[JobOrder | Refusal]) -> Response:
    key = idempotency_of(request, refused(asked))
    wanted = accepted(asked)
    answer = jobs.start_batch(idempotency=key, orders=wanted, mode="each") if wanted else NOTHING
    return _items(request, asked, answer, status=201)


def _whole(request: Request, asked: Sequence[JobOrder | Refusal]) -> Response:
    for index, order in enumerate(asked):
        if isinstance(order, REFUSALS):
            problem = problem_of(order)
            assert problem is not None
            return replace(problem, extra={**problem.extra, "index": index}).response(request.path)
    answer = jobs.start_batch(idempotency=idempotency_of(request), orders=accepted(asked), mode="all_or_nothing")
    started = [shapes.job(view) for view in answer.results if isinstance(view, JobView)]
    return answered({"jobs": started}, status=201, replayed=answer.replayed)


def _items(request: Request, asked: Sequence[Wanted | Refusal], answer: BatchAnswer, *, status: int) -> Response:
    results = merged(asked, answer.results)
    items = [shapes.item(result, status=status, path=request.path) for result in results]
    return answered({"results": items}, replayed=answer.replayed)
