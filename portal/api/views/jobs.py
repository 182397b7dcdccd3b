"""Jobs one by one: list, start, look at, settle, ask for a refund."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import jobs, refunds
from ledger.errors import NotFound
from ledger.jobs import JobAnswer, JobOrder
from ledger.models import Job
from portal.api import access
from portal.api.answers import jobs as shapes
from portal.api.job_items import REFUSALS, job_orders
from portal.api.lookups import find_jobs
from portal.api.operations import operation
from portal.api.paging import Order, paged
from portal.api.requests import jobs as bodies
from portal.api.scopes import Scope
from portal.api.views.base import ApiView, answered, conditions

NEWEST_FIRST = Order(("-created_at", "-id"))
EndMethod = Callable[[Any, Request, UUID], Response]
READING = (Scope.TOKENS_READ, Scope.JOBS_WRITE, Scope.REPORTS_READ)
WRITING = (Scope.JOBS_WRITE,)


class Jobs(ApiView):
    """`/jobs`."""

    @operation(
        summary="List jobs, newest first",
        scopes=READING,
        query=bodies.JobsQuery,
        answers={200: shapes.JobPage},
    )
    def get(self, request: Request) -> Response:
        """List the jobs that the caller may see."""
        query = self.query()
        found = _chosen(access.jobs(self.caller), query)
        return paged(request, found, order=NEWEST_FIRST, query=query, write=_written)

    @operation(
        summary="Start a job",
        scopes=WRITING,
        body=bodies.JobBody,
        answers={201: shapes.JobAnswer},
        keyed=True,
        refusals=(402, 404),
    )
    def post(self, request: Request) -> Response:
        """Hold the job's price."""
        (order,) = job_orders(self.caller, [self.body()])
        if isinstance(order, REFUSALS):
            raise order
        assert isinstance(order, JobOrder)
        return _answer(jobs.start(idempotency=self.idempotency, order=order), status=201)


class OneJob(ApiView):
    """`/jobs/{id}`."""

    @operation(summary="Look at a job", scopes=READING, answers={200: shapes.JobAnswer}, refusals=(404,))
    def get(self, request: Request, job_id: UUID) -> Response:
        """Show the job as it is now."""
        found = access.jobs(self.caller).select_related("service", "user").filter(id=job_id).first()
        if found is None:
            raise NotFound("There is no such job.")
        return Response(shapes.job(jobs.view(found)))


class JobResults(ApiView):
    """`/jobs/{id}/results`."""

    @operation(
        summary="Count results; the first consumes the job's tokens",
        scopes=WRITING,
        body=bodies.ResultsBody,
        answers={200: shapes.JobAnswer},
        keyed=True,
        refusals=(404,),
    )
    def post(self, request: Request, job_id: UUID) -> Response:
        """Capture with the first result."""
        values = self.body()
        access.require_job(self.caller, find_jobs([job_id]).get(job_id), "results")
        answer = jobs.report_results(
            idempotency=self.idempotency, job_id=job_id, count=values["count"], amount_mt=values.get("amount")
        )
        return _answer(answer)


class _JobEnd(ApiView):
    """A verb that ends a job."""

    verb: ClassVar[str]

    def end(self, job_id: UUID) -> Response:
        """Check the permission, then end the job as the verb says."""
        values = self.body()
        access.require_job(self.caller, find_jobs([job_id]).get(job_id), self.verb)
        ending = {"complete": jobs.complete, "fail": jobs.fail, "cancel": jobs.cancel}[self.verb]
        return _answer(ending(idempotency=self.idempotency, job_id=job_id, reason=values["reason"]))


def _ending(summary: str) -> Callable[[EndMethod], EndMethod]:
    return operation(
        summary=summary,
        scopes=WRITING,
        body=bodies.EndBody,
        answers={200: shapes.JobAnswer},
        keyed=True,
        refusals=(404,),
    )


class JobComplete(_JobEnd):
    """`/jobs/{id}/complete`."""

    verb = "complete"

    @_ending("End a job well")
    def post(self, request: Request, job_id: UUID) -> Response:
        """Without any result reported, capture the whole hold."""
        return self.end(job_id)


class JobFail(_JobEnd):
    """`/jobs/{id}/fail`."""

    verb = "fail"

    @_ending("End a job that failed; its service's policy says what comes back")
    def post(self, request: Request, job_id: UUID) -> Response:
        """Release or refund."""
        return self.end(job_id)


class JobCancel(_JobEnd):
    """`/jobs/{id}/cancel`."""

    verb = "cancel"

    @_ending("Cancel a job; its service's policy says what comes back")
    def post(self, request: Request, job_id: UUID) -> Response:
        """Release or refund; refused where results exist and the policy says so."""
        return self.end(job_id)


class JobRefundRequests(ApiView):
    """`/jobs/{id}/refund-requests`."""

    @operation(
        summary="Ask for the tokens of a job whose failure nobody recognised",
        scopes=WRITING,
        body=bodies.ClaimBody,
        answers={201: shapes.RefundRequestAnswer},
        refusals=(404, 409),
    )
    def post(self, request: Request, job_id: UUID) -> Response:
        """Wait for an administrator or coordinator to decide."""
        values = self.body()
        access.require_job(self.caller, find_jobs([job_id]).get(job_id), "refund-request")
        assert self.caller.user is not None
        claim = refunds.request_refund(user=self.caller.user, job_id=job_id, reason=values["reason"])
        return answered(shapes.refund_request(claim), status=201)


def _answer(answer: JobAnswer, *, status: int = 200) -> Response:
    return answered(shapes.job(answer.job), status=status, replayed=answer.replayed)


def _written(found: list[Job]) -> list[dict[str, Any]]:
    return [shapes.job(view) for view in jobs.views(found)] if found else []


def _chosen(found: QuerySet[Job], query: dict[str, Any]) -> QuerySet[Job]:
    names = {
        "status": "status",
        "contract": "contract_id",
        "pool": "pool_id",
        "project": "project",
        "external_id": "external_id",
        "from": "created_at__gte",
        "to": "created_at__lt",
    }
    found = found.filter(**conditions(query, names))
    if "user" in query:
        # Looked up first and not joined: the newest jobs of one user are one stretch of an index.
        found = found.filter(user_id__in=_ids_of(query["user"]))
    if "service" in query:
        found = found.filter(_is_service(query["service"]))
    return found.select_related("service", "user")


def _ids_of(email: str) -> list[int]:
    by_address = User.objects.annotate(address=Lower("email")).filter(address=email.lower())
    return list(by_address.values_list("id", flat=True))


def _is_service(code_or_id: str) -> Q:
    try:
        return Q(service_id=UUID(code_or_id)) | Q(service__code=code_or_id)
    except ValueError:
        return Q(service__code=code_or_id)
