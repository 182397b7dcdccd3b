"""Who makes a request: a person, or a service client that acts for the persons of its contracts."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from rest_framework.request import Request

from ledger.models import Membership
from ledger.rights import Right, rights_of
from portal.models import ServiceClient


@dataclass
class Caller:
    """A person or a service client, and the scopes they came with; exactly one of the two ids is set.

    Facts are read from the database on first use and for this request only, so a changed role acts at once.
    """

    scopes: frozenset[str]
    contract_ids: list[UUID]
    user_id: int | None = None
    client_id: str | None = None
    by_session: bool = False

    @property
    def key(self) -> str:
        """The name the ledger records: `user:<id>` or `client:<client id>`."""
        return f"client:{self.client_id}" if self.client_id else f"user:{self.user_id}"

    @cached_property
    def user(self) -> User | None:
        """The person; None for a service client."""
        return None if self.user_id is None else User.objects.get(pk=self.user_id)

    @cached_property
    def client(self) -> ServiceClient | None:
        """The service client; None for a person."""
        if self.client_id is None:
            return None
        return ServiceClient.objects.select_related("client").get(pk=self.client_id)

    @cached_property
    def memberships(self) -> list[Membership]:
        """The person's memberships; none for a service client."""
        if self.user_id is None:
            return []
        mine = Membership.objects.filter(user_id=self.user_id).select_related("contract", "user")
        return list(mine.order_by("created_at"))

    @cached_property
    def service_ids(self) -> frozenset[UUID]:
        """The services that a service client runs."""
        runs = ServiceClient.services.through.objects.filter(serviceclient_id=self.client_id)
        return frozenset(runs.values_list("service_id", flat=True)) if self.client_id else frozenset()

    def contract_ids_with(self, right: Right) -> list[UUID]:
        """Return the contracts on which a person has `right`."""
        return [member.contract_id for member in self.memberships if right in rights_of(member)]

    def allows(self, *scopes: str) -> bool:
        """Tell whether the caller came with one of `scopes`."""
        return not self.scopes.isdisjoint(scopes)


@dataclass(frozen=True)
class Principal:
    """What stands in `request.user` for whoever came with a token: the caller without their row of the users."""

    caller: Caller
    is_authenticated: bool = True
    is_anonymous: bool = False
    is_active: bool = True
    is_staff: bool = False
    is_superuser: bool = False

    @property
    def pk(self) -> int | None:
        """The person's id; None for a service client."""
        return self.caller.user_id

    def __str__(self) -> str:
        return self.caller.key


def caller_of(request: Request | Any) -> Caller:
    """Return the caller of an authenticated API request."""
    caller = request.auth
    assert isinstance(caller, Caller)
    return caller
