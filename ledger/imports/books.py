"""Opens the books that a log's jobs are posted to: users, services, contracts, members and their funds.

Everything is looked for first, so that an import that was stopped can be run again.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db.transaction import atomic

from ledger.contracts import individual_pool, open_contract
from ledger.imports.charges import Tariff
from ledger.imports.survey import Survey
from ledger.imports.times import DAY_S, moment
from ledger.models import (
    Contract,
    Kind,
    LotSource,
    Membership,
    Pool,
    PoolKind,
    Product,
    Rate,
    RefundPolicy,
    Service,
)
from ledger.posting import Grant, Idempotency, Request, post
from ledger.posting.requests import SYSTEM

PRODUCT: Final = "Imported"
BATCH: Final = 1000
MOST_MT: Final = 4 * 10**18  # sums stay within the database's integers


@dataclass(frozen=True, slots=True)
class LotTerms:
    """A lot for every contract's shared pool: milli-tokens, and days until it expires (None: never)."""

    amount_mt: int
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How books are opened. Without lots funds never run out; `grace_days` None is the house's usual."""

    log: str
    tariff: Tariff
    names: dict[str, str]
    lots: tuple[LotTerms, ...] = ()
    grace_days: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceRef:
    """What a start needs to know of a service."""

    id: UUID
    code: str
    rate_id: UUID


@dataclass(frozen=True, slots=True)
class ContractRef:
    """A contract and its shared pool."""

    id: UUID
    pool_id: UUID


@dataclass(frozen=True, slots=True)
class Books:
    """The rows of the database by their keys in the log."""

    users: dict[str, int]
    services: dict[str, ServiceRef]
    contracts: dict[str, ContractRef]


def fingerprint(*parts: object) -> str:
    """Return the SHA-256 (hex) of what a request says, so that another import cannot pass for this one."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def open_books(terms: Terms, found: Survey) -> Books:
    """Open what is missing for the log's jobs and grant each contract its lots, at the log's first submit.

    Raises:
        IdempotencyKeyReused: a log of this name was granted other lots before.
    """
    start = moment(found.first_s or 0)
    with atomic():
        users = _open_users(terms.log, found.users)
        services = _open_services(terms, found.services, start)
        contracts = _open_contracts(terms, set(found.need_mt), start)
        _open_memberships(found.members, users, contracts, start)
    for key, contract in contracts.items():
        _grant(terms, contract, key, need_mt=found.need_mt[key], start=start)
    return Books(users, services, contracts)


def _open_users(log: str, names: set[str]) -> dict[str, int]:
    """Nobody can sign in as one of them: they have neither a password nor an address to set one by."""
    prefix = f"{log}:"
    present = set(User.objects.filter(username__startswith=prefix).values_list("username", flat=True))
    missing = sorted({prefix + name for name in names} - present)
    users = [User(username=username, password=make_password(None)) for username in missing]
    User.objects.bulk_create(users, batch_size=BATCH)
    rows = User.objects.filter(username__startswith=prefix).values_list("username", "pk")
    return {username.removeprefix(prefix): pk for username, pk in rows}


def _open_services(terms: Terms, keys: set[str], start: datetime) -> dict[str, ServiceRef]:
    product, _ = Product.objects.get_or_create(name=PRODUCT, defaults={"has_benefits": False})
    refs = {}
    for key in sorted(keys):
        service, _ = Service.objects.get_or_create(
            code=f"{terms.log}:{key}",
            defaults={
                "name": (terms.tariff.name(key) or terms.names.get(key) or key)[:200],
                "product": product,
                "unit": terms.tariff.unit,
                "refund_policy": RefundPolicy.ON_FAILURE_OR_CANCEL,
                # Jobs of a log wait and run as long as they did; no sweep may time their holds out.
                "hold_timeout_s": None,
            },
        )
        rate, _ = Rate.objects.get_or_create(
            service=service,
            effective_from=start,
            defaults={"amount_mt": terms.tariff.rate_mt(key), "source": "import"},
        )
        refs[key] = ServiceRef(service.id, service.code, rate.id)
    return refs


def _open_contracts(terms: Terms, keys: set[str], start: datetime) -> dict[str, ContractRef]:
    prefix = f"{terms.log}:"
    present = set(Contract.objects.filter(number__startswith=prefix).values_list("number", flat=True))
    for number in sorted({prefix + key for key in keys} - present):
        contract = open_contract(number=number, name=f"Imported from {terms.log}", starts_at=start)
        if terms.grace_days is not None:
            Contract.objects.filter(id=contract.id).update(refund_grace_s=terms.grace_days * DAY_S)
    pools = Pool.objects.filter(contract__number__startswith=prefix, kind=PoolKind.SHARED)
    rows = pools.order_by().values_list("contract__number", "contract_id", "id")
    refs = {number.removeprefix(prefix): ContractRef(contract_id, pool_id) for number, contract_id, pool_id in rows}
    return {key: refs[key] for key in sorted(keys)}


def _open_memberships(
    members: set[tuple[str, str]], users: dict[str, int], contracts: dict[str, ContractRef], start: datetime
) -> None:
    wanted = {(contracts[contract].id, users[user]) for contract, user in members}
    contract_ids = [contract.id for contract in contracts.values()]
    rows = Membership.objects.filter(contract_id__in=contract_ids).order_by().values_list("contract_id", "user_id")
    missing = [
        Membership(contract_id=contract_id, user_id=user_id, enabled_at=start, uses_shared=True)
        for contract_id, user_id in sorted(wanted - set(rows))
    ]
    Membership.objects.bulk_create(missing, batch_size=BATCH)
    for member in missing:
        individual_pool(contract_id=member.contract_id, user_id=member.user_id)


def _grant(terms: Terms, contract: ContractRef, key: str, *, need_mt: int, start: datetime) -> None:
    # Funds that never run out are one lot of all that the contract's jobs could ever hold at once.
    lots = terms.lots or (LotTerms(min(max(need_mt, 1), MOST_MT)),)
    commands = [
        Grant(
            pool_id=contract.pool_id,
            amount_mt=lot.amount_mt,
            source=LotSource.IMPORT,
            kind=Kind.GRANT,
            expires_at=start + timedelta(days=lot.days) if lot.days is not None else None,
            reason=f"Imported from {terms.log}",
        )
        for lot in lots
    ]
    said = fingerprint(terms.grace_days, start, *(f"{lot.amount_mt}:{lot.days}" for lot in lots))
    idempotency = Idempotency(SYSTEM, f"{terms.log}:{key}:grant", said)
    request = Request(commands=commands, idempotency=idempotency, at=start)
    for answer in post(contract_id=contract.id, requests=[request]):
        answer.require()
