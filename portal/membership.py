"""Which contract a request is about: set on every request by the middleware, kept in the session by the switcher."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from ledger.models import Membership
from portal import allocation

SESSION_KEY: Final = "contract"


class SignedInRequest(HttpRequest):
    """A request of somebody who is signed in; `membership` is None while they are on no contract."""

    user: User
    htmx: HtmxDetails
    memberships: list[Membership]
    membership: Membership | None


class MemberRequest(HttpRequest):
    """A request that passed `portal.access.requires`: there is a membership, and it has the right."""

    user: User
    htmx: HtmxDetails
    memberships: list[Membership]
    membership: Membership


class MembershipMiddleware:
    """Sets `request.memberships` and `request.membership`, afresh each time: a changed role acts at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SignedInRequest) -> HttpResponse:
        request.memberships = []
        if request.user.is_authenticated:
            mine = Membership.objects.filter(user=request.user).select_related("contract", "user")
            request.memberships = list(mine.order_by("created_at"))
        request.membership = _chosen(request)
        response = self.get_response(request)
        allocation.remember(request, response)
        return response


def choose(request: SignedInRequest, contract_id: UUID) -> bool:
    """Make `contract_id` the contract of this session; False if the user is not on it."""
    if all(membership.contract_id != contract_id for membership in request.memberships):
        return False
    remember(request, contract_id)
    return True


def remember(request: HttpRequest, contract_id: UUID) -> None:
    """Make `contract_id` the contract of this session from the next request on, when the user is on it by then."""
    request.session[SESSION_KEY] = str(contract_id)


def _chosen(request: SignedInRequest) -> Membership | None:
    if not request.memberships:
        return None
    chosen = request.session.get(SESSION_KEY)
    kept = [membership for membership in request.memberships if str(membership.contract_id) == chosen]
    return (kept or request.memberships)[0]
