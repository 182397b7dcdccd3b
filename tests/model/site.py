"""The whole site as the rules know it: one contract's people, books, quotes, orders, claims and keys. No database."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.ledger.oracle import Oracle
from tests.ledger.oracle_things import NEVER, Job
from tests.model.asks import Answer, Ask, No, Reply

PEOPLE = ("alice", "carol", "bob")
CLIENTS = ("desktop", "laptop")
"""Both serve the contract; desktop runs every service and reads reports, laptop settles what it started."""


@dataclass(eq=False)
class Quote:
    user: str
    service: str
    quantity: int
    price: int
    pool: str
    expires: datetime
    id: UUID | None = None


@dataclass(eq=False)
class Order:
    by: str
    pack: str
    quantity: int
    mt: int
    cents: int
    channel: str
    purchase_order: str
    status: str
    created: datetime
    fulfilled: datetime | None = None
    approved_by: str | None = None
    cancelled: datetime | None = None
    id: UUID | None = None


@dataclass(eq=False)
class Claim:
    job: Job
    by: str
    reason: str
    created: datetime
    status: str = "pending"
    decided_by: str | None = None
    decided: datetime | None = None
    decision: str = ""
    id: UUID | None = None


@dataclass
class Kept:
    """What a key was used for, and the first answer, once it came."""

    request: str
    reply: Reply
    first: Answer | None = None


@dataclass
class Site:
    """The contract, and the two clocks: the database's, which the books go by, and the web server's."""

    books: Oracle
    emails: dict[str, str]
    contract: str
    pools: dict[str, str]
    approval_limit: int | None = None
    project_required: bool = False
    web: datetime = NEVER
    roles: dict[str, str] = field(default_factory=dict)
    ticked: set[str] = field(default_factory=set)
    quotes: list[Quote] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    codes: dict[str, tuple[str, int]] = field(default_factory=dict)
    used_codes: set[str] = field(default_factory=set)
    keys: dict[tuple[str, str | None], Kept] = field(default_factory=dict)

    def set_clocks(self, *, database: datetime, web: datetime) -> None:
        self.web = web
        self.books.set_clock(database)

    @property
    def clock(self) -> datetime:
        """What the database's clock shows."""
        return self.books.clock

    def begin(self) -> None:
        """A request begins: business time is the clock's, or the last entry's."""
        self.books.set_clock(self.books.clock)

    # Who may

    def is_buyer(self, who: str) -> bool:
        return self.roles.get(who) in ("administrator", "coordinator")

    def sees_reports(self, who: str) -> bool:
        return who == "desktop" or self.is_buyer(who)

    def usable(self, user: str) -> list[str]:
        shared = self.is_buyer(user) or user in self.ticked
        return [user, "shared"] if shared else [user]

    def visible_pools(self, who: str) -> list[str]:
        if who == "mallory":
            return []
        if who in CLIENTS or self.is_buyer(who):
            return [*PEOPLE, "shared"]
        return self.usable(who)

    def pool_named(self, pool_id: str) -> str | None:
        return next((name for name, found in self.pools.items() if found == pool_id), None)

    def person(self, email: str | None) -> str | None:
        return next((name for name in PEOPLE if self.emails[name] == email), None)

    def job(self, job_id: str) -> Job | None:
        return next((job for job in self.books.jobs if str(job.id) == job_id), None)

    # Keys

    def once(self, ask: Ask, decide: Callable[[], Reply], without: Sequence[int] = ()) -> Reply:
        """Decide, unless the key was used before: then repeat the first answer, or refuse another request."""
        request = json.dumps([ask.path, ask.body, list(without)], sort_keys=True)
        kept = self.keys.get((ask.who, ask.key))
        if kept and kept.request != request:
            raise No(422, "idempotency_key_reused")
        if kept:
            return Reply(kept.reply.status, kept.reply.body, again=kept.first)
        self.begin()
        try:
            reply = decide()
        except No as refusal:
            reply = refusal.reply()
        if reply.kept:
            self.keys[ask.who, ask.key] = Kept(request, reply)
        return reply

    def remember(self, ask: Ask, reply: Reply, met: Answer) -> None:
        """Note the first answer under a key, byte for byte."""
        kept = self.keys.get((ask.who, ask.key)) if ask.key else None
        if kept and kept.reply is reply:
            kept.first = met


def contract_named(site: Site, ask: Ask, given: dict[str, Any]) -> None:
    """Refuse whoever has nothing to do with the contract; those who have just one need not name it."""
    named = given.get("contract", site.contract if ask.who != "mallory" else None)
    if named is None:
        return
    if named != site.contract or ask.who == "mallory":
        raise No(404, "not_found")


def acting_user(site: Site, ask: Ask, given: dict[str, Any]) -> str:
    """Return whom the request is for."""
    email = given.get("user")
    if ask.who in CLIENTS:
        if email is None:
            raise No(400, "user_required")
        person = site.person(email)
        if person is None:
            raise No(404, "not_found")
        return person
    if email is not None and email != site.emails[ask.who]:
        raise No(403, "forbidden")
    return ask.who
