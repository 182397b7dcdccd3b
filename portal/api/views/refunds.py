"""Refund requests, and the decisions on them."""

from typing import Any, Final
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from ledger import refunds
from ledger.errors import Forbidden, NotFound
from ledger.models import Membership, RefundRequest
from ledger.posting import replay
from portal.api import access
from portal.api.answers import jobs as shapes
from portal.api.operations import operation
from portal.api.paging import Order, paged
from portal.api.requests import jobs as bodies
from portal.api.scopes import Scope
from portal.api.views.base import ApiView, answered, conditions

NEWEST_FIRST: Final = Order(("-created_at", "-id"))


class RefundRequests(ApiView):
    """`/refund-requests`."""

    @operation(
        summary="List refund requests, newest first: one's own, and those to decide on",
        scopes=(Scope.TOKENS_READ, Scope.ADMIN),
        query=bodies.RefundRequestsQuery,
        answers={200: shapes.RefundRequestPage},
    )
    def get(self, request: Request) -> Response:
        """List the refund requests that the caller may see."""
        query = self.query()
        chosen = conditions(query, {"contract": "contract_id", "status": "status"})
        found = access.refund_requests(self.caller).filter(**chosen)
        found = found.select_related("requested_by", "decided_by")
        return paged(request, found, order=NEWEST_FIRST, query=query, write=_claims)


class RefundApprove(ApiView):
    """`/refund-requests/{id}/approve`."""

    @operation(
        summary="Give the tokens of a job back to the very lots they came from",
        scopes=(Scope.ADMIN,),
        body=bodies.DecisionBody,
        answers={200: shapes.RefundRequestAnswer},
        keyed=True,
        refusals=(404,),
    )
    def post(self, request: Request, request_id: UUID) -> Response:
        """Approve, perhaps with a reason."""
        reason = self.body()["reason"]
        membership = _membership(self, request_id)
        key = self.idempotency
        replayed = replay(key) is not None
        claim = refunds.approve(idempotency=key, membership=membership, request_id=request_id, reason=reason)
        return answered(shapes.refund_request(claim), replayed=replayed)


class RefundDecline(ApiView):
    """`/refund-requests/{id}/decline`."""

    @operation(
        summary="Keep the charge of a job",
        scopes=(Scope.ADMIN,),
        body=bodies.DecisionBody,
        answers={200: shapes.RefundRequestAnswer},
        refusals=(404, 409),
    )
    def post(self, request: Request, request_id: UUID) -> Response:
        """Decline, with a reason."""
        reason = self.body()["reason"]
        membership = _membership(self, request_id)
        return answered(
            shapes.refund_request(refunds.decline(membership=membership, request_id=request_id, reason=reason))
        )


def _membership(view: ApiView, request_id: UUID) -> Membership:
    """Return the caller's membership of the request's contract, if they see the request at all."""
    claims = access.refund_requests(view.caller)
    found = claims.filter(id=request_id).values_list("contract_id", flat=True).first()
    if found is None:
        raise NotFound("There is no such refund request.")
    if found not in view.caller.contract_ids:
        raise Forbidden("Somebody else decides on this.")
    return access.membership_of(view.caller, found)


def _claims(found: list[RefundRequest]) -> list[dict[str, Any]]:
    return [shapes.refund_request(claim) for claim in found]
