"""What a page about one pool shows: its balance, whether that is enough, its lots, and what happened lately."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from ledger.balances import Balance, live_lots, with_balances
from ledger.models import Lot, Pool, PoolKind
from reporting.access import Viewer
from reporting.charts import Arc
from reporting.dates import preset_days
from reporting.figures import UsageScope, read_figures
from reporting.labels import read_names
from reporting.lots import LotLine, line_of
from reporting.periods import Days, Period
from reporting.standing import GOOD, NOTHING, Standing, arcs_of, percent_of, standings

RECENT_PRESET: Final = "90"
SHOWN_LOTS: Final = 100


@dataclass(frozen=True, slots=True)
class Pools:
    """The two pools that a viewer may have tokens in, with their balances as one snapshot."""

    own: Pool | None
    shared: Pool | None
    has_own_tokens: bool
    has_shared_tokens: bool
    balances: dict[UUID, Balance]


@dataclass(frozen=True, slots=True)
class Recent:
    """The last 90 days: which services were used, by how many users, for how many milli-tokens net."""

    services: tuple[str, ...]
    users: int
    net_mt: int


@dataclass(frozen=True, slots=True)
class PoolReport:
    """All figures of one pool's page except its events."""

    balance: Balance
    standing: Standing
    lots: tuple[LotLine, ...]
    has_more_lots: bool
    recent: Recent

    @property
    def is_good(self) -> bool:
        return self.standing.level(self.balance) == GOOD

    @property
    def is_low(self) -> bool:
        return not self.is_good

    @property
    def percent(self) -> int:
        """How much of the total is available, as the ring shows it."""
        return percent_of(self.balance)

    @property
    def expiring(self) -> tuple[LotLine, ...]:
        return tuple(line for line in self.lots if line.expires_soon)

    def arcs(self) -> list[Arc]:
        """Return the donut of the balance."""
        return arcs_of(self.balance)


def read_pools(viewer: Viewer) -> Pools:
    """Return the viewer's own pool and the contract's shared one, with one statement."""
    own_or_shared = Q(user_id=viewer.user_id) | Q(kind=PoolKind.SHARED)
    pools = Pool.objects.filter(own_or_shared, contract_id=viewer.contract_id)
    listed = with_balances(pools.annotate(has_lots=Exists(Lot.objects.filter(pool_id=OuterRef("id")))))
    found: dict[str, Any] = {pool.kind: pool for pool, _ in listed}
    own, shared = found.get(PoolKind.INDIVIDUAL), found.get(PoolKind.SHARED)
    return Pools(
        own,
        shared,
        has_own_tokens=own is not None and own.has_lots,
        has_shared_tokens=shared is not None and shared.has_lots,
        balances={pool.pk: held for pool, held in listed},
    )


def read_pool(pool: Pool, shown: Balance, viewer: Viewer) -> PoolReport:
    """Return the figures of a pool with this balance as the viewer may know them, with at most 5 statements.

    Of the shared pool an end user sees the balance, but only their own recent use.
    """
    lines = [line_of(lot, shown.as_of) for lot in live_lots(pool_id=pool.pk, at=shown.as_of)[: SHOWN_LOTS + 1]]
    return PoolReport(
        balance=shown,
        standing=standings([pool.pk], now=shown.as_of).get(pool.pk, NOTHING),
        lots=tuple(lines[:SHOWN_LOTS]),
        has_more_lots=len(lines) > SHOWN_LOTS,
        recent=_recent(pool, shown.as_of, user_id=None if viewer.sees_everyone else viewer.user_id),
    )


def _recent(pool: Pool, now: datetime, *, user_id: int | None) -> Recent:
    first, _ = preset_days(RECENT_PRESET, now.astimezone(UTC).date())
    since = Period(from_at=Days(first, None).instants()[0])
    scope = UsageScope((pool.contract_id,), user_id=user_id, pool_id=pool.pk)
    (figures,) = read_figures(scope=scope, group_by=("service", "user"), periods=[since])
    charged = [(service_id, used_by) for (service_id, used_by), figure in figures.items() if figure.jobs]
    names = read_names(("service",), {(service_id,) for service_id, _ in charged})["service"]
    return Recent(
        services=tuple(sorted(name.label for name in names.values())),
        users=len({used_by for _, used_by in charged}),
        net_mt=sum(figure.net_mt for figure in figures.values()),
    )
