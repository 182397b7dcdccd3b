"""Who makes a request: a person, or a service client that acts for the persons of its contracts."""

from dataclasses import dataclass, field
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
    """A person (`user`) or a service client (`client`), and the scopes they came with.

    Facts are read from the database on first use and for this request only, so a changed role acts at once.
    """

    scopes: frozenset[str]
    user: User | None = None
    client: ServiceClient | None = None
    by_session: bool = field(default=False)

    @property
    def key(self) -> str:
        """The name the ledger records: `user:<id>` or `client:<client id>`."""
        return f"client:{self.client.pk}" if self.client else f"user:{self.user.pk if self.user else None}"

    @cached_property
    def memberships(self) -> list[Membership]:
        """The person's memberships; none for a service client."""
        if self.user is None:
            return []
        return list(Membership.objects.filter(user=self.user).select_related("contract", "user"))

    @cached_property
    def contract_ids(self) -> list[UUID]:
        """The contracts this caller has anything to do with."""
        if self.client:
            return list(self.client.contracts.values_list("id", flat=True))
        return [membership.contract_id for membership in self.memberships]

    @cached_property
    def service_ids(self) -> frozenset[UUID]:
        """The services that a service client runs."""
        return frozenset(self.client.services.values_list("id", flat=True)) if self.client else frozenset()

    def contract_ids_with(self, right: Right) -> list[UUID]:
        """Return the contracts on which a person has `right`."""
        return [member.contract_id for member in self.memberships if right in rights_of(member)]

    def allows(self, *scopes: str) -> bool:
        """Tell whether the caller came with one of `scopes`."""
        return not self.scopes.isdisjoint(scopes)


@dataclass(frozen=True)
class ServicePrincipal:
    """What stands in `request.user` for a service client. It is signed in, and it is nobody."""

    caller: Caller
    pk: None = None
    is_authenticated: bool = True
    is_anonymous: bool = False
    is_active: bool = True
    is_staff: bool = False
    is_superuser: bool = False

    def __str__(self) -> str:
        return self.caller.key


def caller_of(request: Request | Any) -> Caller:
    """Return the caller of an authenticated API request."""
    caller = request.auth
    assert isinstance(caller, Caller)
    return caller
