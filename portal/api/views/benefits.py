"""Enabling subscription benefits."""

from typing import Any, Final
from uuid import UUID

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import benefits
from ledger.errors import Forbidden, NotFound
from ledger.models import Benefit, BenefitStatus, Membership, Service
from portal.addresses import is_verified
from portal.api import access
from portal.api.answers import benefits as shapes
from portal.api.operations import operation
from portal.api.paging import Order, paged
from portal.api.requests import others as bodies
from portal.api.requests.base import EmptyBody
from portal.api.requests.jobs import DecisionBody
from portal.api.scopes import Scope
from portal.api.throttling import BenefitThrottle, CallerThrottle
from portal.api.views.base import ApiView, answered, conditions

NEWEST_FIRST: Final = Order(("-requested_at", "-id"))
PEOPLE: Final = ("user", "decided_by", "subscription__product")


class Benefits(ApiView):
    """`/benefits`."""

    throttle_classes = (CallerThrottle, BenefitThrottle)

    @operation(
        summary="List enablings, newest first: one's own, and those to decide on",
        scopes=(Scope.TOKENS_READ, Scope.ADMIN),
        query=bodies.BenefitsQuery,
        answers={200: shapes.BenefitPage},
    )
    def get(self, request: Request) -> Response:
        """List the enablings that the caller may see."""
        query = self.query()
        chosen = conditions(query, {"contract": "contract_id", "status": "status"})
        found = access.benefits(self.caller).filter(**chosen).select_related(*PEOPLE)
        return paged(request, found, order=NEWEST_FIRST, query=query, write=_benefits)

    @operation(
        summary="Enable one's subscription benefits: by invitation, or by contract number and serial number",
        scopes=(Scope.JOBS_WRITE, Scope.ADMIN),
        body=bodies.BenefitBody,
        answers={201: shapes.EnablingAnswer},
        refusals=(404, 409),
    )
    def post(self, request: Request) -> Response:
        """Enable at once what the caller was invited to; else ask, and wait for a decision."""
        values = self.body()
        user = self.caller.user
        if user is None:
            raise Forbidden("Benefits are enabled by the person they are for.")
        if values:
            found = [benefits.request_enabling(user=user, email_verified=is_verified(user), **values)]
        else:
            found = benefits.enable_by_invitation(user=user, email_verified=is_verified(user))
        if not found:
            missing = ["You were not invited: give both numbers."]
            raise ValidationError({"contract_number": missing, "serial_number": missing})
        return answered(shapes.enabling(found, _open_services(found)), status=201)


class BenefitApprove(ApiView):
    """`/benefits/{id}/approve`."""

    @operation(
        summary="Approve an enabling",
        scopes=(Scope.ADMIN,),
        body=EmptyBody,
        answers={200: shapes.BenefitAnswer},
        refusals=(404, 409),
    )
    def post(self, request: Request, benefit_id: UUID) -> Response:
        """Bind the user to the contract, assign a seat, grant the gift."""
        self.body()
        membership = _membership(self, benefit_id)
        return answered(shapes.benefit(benefits.approve(membership=membership, benefit_id=benefit_id)))


class BenefitRefuse(ApiView):
    """`/benefits/{id}/refuse`."""

    @operation(
        summary="Refuse an enabling",
        scopes=(Scope.ADMIN,),
        body=DecisionBody,
        answers={200: shapes.BenefitAnswer},
        refusals=(404, 409),
    )
    def post(self, request: Request, benefit_id: UUID) -> Response:
        """Refuse, with a reason that the user will see."""
        reason = self.body()["reason"]
        membership = _membership(self, benefit_id)
        refused = benefits.refuse(membership=membership, benefit_id=benefit_id, reason=reason)
        return answered(shapes.benefit(refused))


def _membership(view: ApiView, benefit_id: UUID) -> Membership:
    """Return the caller's membership of the enabling's contract, if they see the enabling at all."""
    found = access.benefits(view.caller).filter(id=benefit_id).values_list("contract_id", flat=True).first()
    if found is None:
        raise NotFound("There is no such request.")
    if found not in view.caller.contract_ids:
        raise Forbidden("Somebody else decides on this.")
    return access.membership_of(view.caller, found)


def _open_services(found: list[Benefit]) -> list[Service]:
    enabled = {benefit.contract_id for benefit in found if benefit.status == BenefitStatus.ENABLED}
    return [service for contract_id in enabled for service in benefits.eligible_services(contract_id)]


def _benefits(found: list[Benefit]) -> list[dict[str, Any]]:
    return [shapes.benefit(benefit) for benefit in found]
