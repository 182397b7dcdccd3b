"""The people and pools that are measured: a hot contract for each contestant, beside whatever history there is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib.auth.models import User

from ledger.contracts import add_member, open_contract, shared_pool
from ledger.ids import new_id
from ledger.jobs import JobOrder
from ledger.models import Contract, Kind, LotSource, Pool, Role
from ledger.posting import Grant, Request, one_off, post
from ledger.pricing import price_of, rates_at
from ledger.rate_card import load_rate_card

SERVICE: Final = "generative_study"
_STARTS_AT: Final = datetime(2020, 1, 1, tzinfo=UTC)
_LOTS: Final = 10
_LOT_MT: Final = 50_000_000_000


@dataclass(frozen=True, slots=True)
class HotContract:
    """A contract that everybody charges at once, its shared pool, and who charges it."""

    contract: Contract
    pool: Pool
    user: User

    @property
    def order(self) -> JobOrder:
        """The job that is started again and again."""
        return JobOrder(self.contract.id, self.user.pk, SERVICE, pool_id=self.pool.id)


def hot_contract(name: str) -> HotContract:
    """Open a contract with one member and a shared pool of many tokens in several lots."""
    load_rate_card()
    unique = f"{name}-{new_id().hex}"
    user = User.objects.create(username=unique, email=f"{unique}@example.com")
    contract = open_contract(number=unique, name=name, starts_at=_STARTS_AT)
    add_member(contract=contract, user=user, role=Role.ADMINISTRATOR, uses_shared=True)
    pool = shared_pool(contract.id)
    fill(contract, pool, lots=_LOTS)
    return HotContract(contract, pool, user)


def fill(contract: Contract, pool: Pool, *, lots: int) -> None:
    """Grant more tokens than any run will spend."""
    expires_at = datetime.now(tz=UTC) + timedelta(days=365)
    grants = [
        Grant(
            pool_id=pool.id,
            amount_mt=_LOT_MT,
            source=LotSource.PURCHASE,
            kind=Kind.GRANT,
            expires_at=expires_at + timedelta(days=number),
        )
        for number in range(lots)
    ]
    post(contract_id=contract.id, requests=[Request(commands=grants, idempotency=one_off())])


def facts_for_limit(hot: HotContract) -> dict[str, str]:
    """Return what one call of the limit's function needs to know to write the same rows as a job here."""
    rate = rates_at(datetime.now(tz=UTC)).get(service__code=SERVICE)
    return {
        "contract": str(hot.contract.id),
        "pool": str(hot.pool.id),
        "user": str(hot.user.pk),
        "service": str(rate.service_id),
        "rate": str(rate.id),
        "price": str(price_of(1000, rate.amount_mt, rate.step_m, rate.minimum_mt)),
    }
