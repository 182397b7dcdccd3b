"""Who may open a reporting page: members of the chosen contract, each with what their role shows.

`request.membership` is set by the portal's middleware, afresh on each request. Everything else is refused.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, Final, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_noop

from ledger.models import Membership
from ledger.rights import Right, rights_of
from reporting.replica import Freshness, reading

P = ParamSpec("P")
_SAFE: Final = ("GET", "HEAD")


class ReportingRequest(HttpRequest):
    """A request of somebody who is signed in, after the portal's middleware."""

    user: User
    membership: Membership | None
    freshness: Freshness | None


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member and what they may see on their contract. Source: DOMAIN, "Who may do what"."""

    membership: Membership
    rights: frozenset[Right]

    @property
    def contract_id(self) -> UUID:
        return self.membership.contract_id

    @property
    def user_id(self) -> int:
        return self.membership.user_id

    @property
    def sees_shared(self) -> bool:
        return Right.SHARED_BALANCE in self.rights

    @property
    def sees_everyone(self) -> bool:
        return Right.CONTRACT_REPORTS in self.rights

    @property
    def may_buy(self) -> bool:
        return Right.BUY in self.rights


View = Callable[Concatenate[ReportingRequest, Viewer, P], HttpResponseBase]
Guarded = Callable[Concatenate[ReportingRequest, P], HttpResponseBase]


def for_members(right: Right) -> Callable[[View[P]], Guarded[P]]:
    """Let members with `right` through, say to people without a contract what to do, refuse others (403).

    What is only looked at may come from a replica; `request.freshness` tells how fresh it is.
    """

    def decorate(view: View[P]) -> Guarded[P]:
        @wraps(view)
        def guarded(request: ReportingRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            membership = request.membership
            if membership is None and request.method not in _SAFE:
                raise PermissionDenied(gettext_noop("You are on no contract."))
            if membership is None:
                return _nothing_yet(request)
            rights = rights_of(membership)
            if right not in rights:
                raise PermissionDenied(f"Your role does not include: {right.label}.")
            with reading() if request.method in _SAFE else nullcontext() as request.freshness:
                return view(request, Viewer(membership, rights), *args, **kwargs)

        guarded.access = right  # type: ignore[attr-defined]
        return cast("Guarded[P]", guarded)

    return decorate


def _nothing_yet(request: HttpRequest) -> HttpResponse:
    return render(request, "reporting/no_contract.html")
