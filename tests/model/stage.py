"""The stage that programs are played on: people and tokens once, a fresh contract for each program."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection

from ledger import grants
from ledger.contracts import add_member, open_contract
from ledger.errors import LedgerError
from ledger.members import hand_over, set_role, set_shared_use
from ledger.models import Contract, Lot, Membership, Pack, Pool, Rate, Role, Service
from ledger.orders import create_activation_code
from ledger.rate_card import load_rate_card
from ledger.statements import one, select_rows
from portal.api.clients import create_service_client, issue_token
from portal.api.scopes import Scope
from portal.models import ServiceClient
from tests.cast import EPOCH, fresh_key, make_user
from tests.ledger.oracle import NEVER, Oracle, Refusal
from tests.model.prices import SERVICES
from tests.model.site import PEOPLE, Site

LIFETIME_S = 100 * 366 * 86_400
STAYS = {"product", "service", "rate", "pack", "giftrule"}
SWEEPS_BETWEEN_TRUNCATES = 50


@dataclass
class Stage:
    """Makes contracts with nothing of an earlier program beside them."""

    users: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    clients: dict[str, str] = field(default_factory=dict)
    clear: Callable[[], None] = lambda: None
    numbers: "count[int]" = field(default_factory=count)

    def set_up(self) -> None:
        """Put people, service clients and the rate card into the database; one price rises later."""
        load_rate_card()
        for code, terms in SERVICES.items():
            if terms.later:
                self._raise_price(code, *terms.later)
        for name in (*PEOPLE, "mallory"):
            self.users[name] = make_user(name)
            self.tokens[name] = issue_token(user=self.users[name], scopes=list(Scope), lifetime_s=LIFETIME_S)
        scopes = {"desktop": list(Scope), "laptop": [scope for scope in Scope if scope != Scope.REPORTS_READ]}
        for name, allowed in scopes.items():
            runs = Service.objects.all() if name == "desktop" else ()
            client_id, _ = create_service_client(name=name, contracts=[], scopes=allowed, services=runs)
            self.clients[name] = client_id
            self.tokens[name] = issue_token(client_id=client_id, scopes=allowed, lifetime_s=LIFETIME_S)
        self.clear = _by_copying_back() if connection.vendor == "sqlite" else _by_deleting()

    @staticmethod
    def _raise_price(code: str, since: object, amount_mt: int) -> None:
        rate = Rate.objects.get(service__code=code)
        Rate.objects.filter(id=rate.id).update(effective_until=since)
        rate.id, rate.effective_from, rate.amount_mt, rate._state.adding = UUID(int=1), since, amount_mt, True
        rate.save(force_insert=True)

    def new_site(self, *, split: bool, grace_days: int, limit: int | None, project: bool) -> Site:
        """Open a contract as the options say, and return what the rules know of it."""
        self.clear()
        contract = open_contract(
            number=f"M-{next(self.numbers)}",
            name="Model",
            starts_at=EPOCH,
            administrator=self.users["alice"],
            allow_split=split,
            refund_grace_s=grace_days * 86_400,
            approval_limit_cents=limit,
            project_required=project,
        )
        add_member(contract=contract, user=self.users["carol"], role=Role.COORDINATOR)
        add_member(contract=contract, user=self.users["bob"])
        open_contract(number="B", name="Other", starts_at=EPOCH, administrator=self.users["mallory"])
        for client_id in self.clients.values():
            ServiceClient.objects.get(pk=client_id).contracts.set([contract])
        pools = {pool.user.username if pool.user else "shared": str(pool.id) for pool in _pools(contract)}
        books = Oracle(PEOPLE, split=split, grace=timedelta(days=grace_days), looks_everywhere=False)
        emails = {name: user.email for name, user in self.users.items()}
        roles = {"alice": "administrator", "carol": "coordinator", "bob": "end_user"}
        return Site(books, emails, str(contract.id), pools, limit, project, roles=roles)

    def member(self, site: Site, name: str) -> Membership:
        """Return a person's membership as it is now."""
        found = Membership.objects.select_related("contract", "user")
        return found.get(contract_id=site.contract, user=self.users[name])

    # What happens to a contract without the API

    def grant(self, site: Site, pool: str, amount_mt: int, expires_at: datetime | None) -> None:
        """Give a pool a lot, in the books and in the model; a lot that has expired already is refused by both."""
        key, pool_id = fresh_key("system"), UUID(site.pools[pool])
        expected = _refused(lambda: site.books.grant(pool, amount_mt, expires_at), site)
        met = _refused(
            lambda: grants.grant(idempotency=key, pool_id=pool_id, amount_mt=amount_mt, expires_at=expires_at), site
        )
        assert expected == met

    def deduct(self, site: Site, pool: str, amount_mt: int) -> None:
        """Correct a pool downwards, if it has as much."""
        key, pool_id = fresh_key("system"), UUID(site.pools[pool])
        expected = _refused(lambda: site.books.deduct(pool, amount_mt), site)
        met = _refused(
            lambda: grants.adjust(idempotency=key, pool_id=pool_id, amount_mt=-amount_mt, reason="too many"), site
        )
        assert expected == met

    def change_role(self, site: Site, who: str, role: str) -> None:
        """Let the administrator change another's role; another administrator means handing over."""
        (administrator,) = [name for name in PEOPLE if site.roles[name] == "administrator"]
        if who == administrator:
            return
        acting, target = self.member(site, administrator), self.member(site, who)
        if role == "administrator":
            hand_over(membership=acting, target_id=target.id)
            site.roles[administrator] = "coordinator"
        else:
            set_role(membership=acting, target_id=target.id, role=role)
        site.roles[who] = role

    def tick_shared_use(self, site: Site, who: str, ticked: bool) -> None:
        """Let the administrator tick or untick the use of shared tokens."""
        (administrator,) = [name for name in PEOPLE if site.roles[name] == "administrator"]
        acting, target = self.member(site, administrator), self.member(site, who)
        set_shared_use(membership=acting, target_id=target.id, allowed=ticked)
        site.ticked = site.ticked | {who} if ticked else site.ticked - {who}


def _refused(verb: Callable[[], object], site: Site) -> str | None:
    site.begin()
    try:
        verb()
    except (LedgerError, Refusal) as refusal:
        return refusal.code
    return None


def microseconds(number: int) -> timedelta:
    return timedelta(microseconds=number)


def _pools(contract: Contract) -> list[Pool]:
    return list(Pool.objects.filter(contract=contract).select_related("user"))


def end_contract(site: Site, days: int | None) -> None:
    """Let the contract end so many days after what the clock shows, or not at all."""
    site.books.ends = site.clock + timedelta(days=days) if days else None
    Contract.objects.filter(id=site.contract).update(ends_at=site.books.ends)


def new_code(site: Site, pack: str, quantity: int) -> str:
    """Return a reseller's new activation code."""
    code = create_activation_code(pack=Pack.objects.get(code=pack), quantity=quantity)
    site.codes[code] = (pack, quantity)
    return code


def name_lots(site: Site) -> None:
    """Give the model's new lots their ids: a grant makes one lot, an allocation one of each parent."""
    nameless = [lot for lot in site.books.lots if lot.id is None]
    if not nameless:
        return
    known = [lot.id for lot in site.books.lots if lot.id]
    made = list(Lot.objects.filter(contract_id=site.contract).exclude(id__in=known).values_list("id", "parent_id"))
    by_parent = {lot.parent.id if lot.parent else None: lot for lot in nameless}
    assert len(by_parent) == len(made), "both made as many lots"
    for lot_id, parent_id in made:
        by_parent[parent_id].id = lot_id


def stored(site: Site) -> set[tuple[object, ...]]:
    """Return every pool's balances and every lot of the contract as the database has them."""
    return set(select_rows(_STORED, [one(UUID(site.contract))] * 2, (UUID, int, int, int, int, datetime)))


_STORED = """
    SELECT id, available_mt, held_mt, used_mt, expired_mt, NULL FROM ledger_pool WHERE contract_id = %s
    UNION ALL SELECT id, amount_mt, remaining_mt, held_mt, 0, usable_until FROM ledger_lot WHERE contract_id = %s
"""


def as_posted(site: Site) -> set[tuple[object, ...]]:
    """Return the same as the model has posted them."""
    accounts, posted = ("available", "held", "used", "expired"), site.books.posted
    pools = {
        (UUID(pool_id), *(posted[name, account] for account in accounts), None) for name, pool_id in site.pools.items()
    }
    return pools | {
        (lot.id, lot.amount, lot.remaining, lot.held, 0, None if lot.until == NEVER else lot.until)
        for lot in site.books.lots
    }


# Starting anew


def _by_copying_back() -> Callable[[], None]:
    """SQLite: keep a copy of the database and put it back."""
    kept = sqlite3.connect(":memory:")
    connection.connection.backup(kept)

    def clear() -> None:
        kept.backup(connection.connection)

    return clear


def _by_deleting() -> Callable[[], None]:
    """PostgreSQL: delete the rows of contracts with triggers off, and truncate now and then against bloat."""
    with connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names(cursor) if _is_emptied(table)]
    delete = "SET session_replication_role = replica;" + "".join(f'DELETE FROM "{table}";' for table in tables)
    truncate = "TRUNCATE " + ", ".join(f'"{table}"' for table in tables) + " CASCADE"
    turns = count(1)

    def clear() -> None:
        with connection.cursor() as cursor:
            if next(turns) % SWEEPS_BETWEEN_TRUNCATES == 0:
                cursor.execute(truncate)
                return
            cursor.execute(f"{delete} SET session_replication_role = origin")

    return clear


def _is_emptied(table: str) -> bool:
    app, _, name = table.partition("_")
    return (app in ("ledger", "reporting") and name not in STAYS) or table == "portal_serviceclient_contracts"
