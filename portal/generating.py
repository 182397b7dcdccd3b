"""What a member can choose from on Generate: services, pools, and which of them they prefer. Reads only."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Subquery

from ledger.models import Job, Membership, Service
from portal.models.preferences import ServicePool
from portal.pools import PoolLine, pool_lines


@dataclass(frozen=True, slots=True)
class Choice:
    """Services by code and pools, individual first; the code of the service used last, and the kinds preferred."""

    services: dict[str, Service]
    pools: list[PoolLine]
    last_used: str
    preferred: dict[str, str]

    def preferred_pool(self, code: str) -> UUID | None:
        """Return the pool that the member prefers for a service; None leaves it to the ledger."""
        by_kind = {pool.kind: pool.id for pool in self.pools}
        return by_kind.get(self.preferred.get(code, ""))

    def pool_labels(self) -> dict[UUID, str]:
        return {pool.id: str(pool.label) for pool in self.pools}


def read_choice(membership: Membership) -> Choice:
    """Return what the member can choose from, with two statements."""
    mine = Job.objects.filter(contract_id=membership.contract_id, user_id=membership.user_id).order_by("-created_at")
    kinds = ServicePool.objects.filter(user_id=membership.user_id, service_id=OuterRef("id")).values("kind")
    found = (
        Service.objects.filter(active=True)
        .select_related("product")
        .annotate(kind=Subquery(kinds[:1]), last_id=Subquery(mine.values("service_id")[:1]))
        .order_by("product__name", "name")
    )
    services = list(found)
    return Choice(
        services={service.code: service for service in services},
        pools=pool_lines(membership),
        last_used=next((service.code for service in services if service.last_id == service.id), ""),
        preferred={service.code: service.kind for service in services if service.kind},
    )
