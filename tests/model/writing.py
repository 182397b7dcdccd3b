"""Composes requests from a few numbers, so that a program is short to print and easy to shrink."""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import UUID

from tests.model.asks import Ask
from tests.model.routes import BASE
from tests.model.site import CLIENTS, PEOPLE, Site

NOBODYS = str(UUID(int=7))
QUANTITIES = ("1", "1", "1", "2", "0.5", "15", "10.001")
AMOUNTS = ("5", "1", "0.5", "12.5", "30", "100", "400")

JOB: dict[str, Any] = {"service": "analysis"}
NONSENSE: list[tuple[str, Any]] = [
    ("jobs", {**JOB, "quantity": 1.5}),
    ("jobs", {**JOB, "quantity": "-1"}),
    ("jobs", {**JOB, "quantity": "1.0001"}),
    ("jobs", {**JOB, "price": "0"}),
    ("jobs/batch", {"items": []}),
    ("jobs/settle", {"items": "all"}),
    ("orders", {"channel": "store", "pack": "100", "quantity": 0}),
    ("allocations", {"user": "bob@example.com", "amount": "0", "direction": "give"}),
    ("allocations", {"user": "bob@example.com", "amount": "1", "direction": "steal"}),
]


def changed(ask: Ask) -> Ask:
    """Return another request under the same key; the approval of an order has nothing to say differently."""
    if "/orders/" in ask.path:
        return ask
    match ask.path.rsplit("/", 1)[-1]:
        case "jobs":
            other = {**ask.body, "comment": "another"}
        case "batch" | "settle":
            other = {**ask.body, "items": [*ask.body["items"], *ask.body["items"]]}
        case "results":
            other = {**ask.body, "count": 9}
        case "orders":
            other = {**ask.body, "purchase_order": "another"}
        case "allocations":
            other = {**ask.body, "amount": "7"}
        case _:
            other = {**ask.body, "reason": "another"}
    return replace(ask, body=other)


@dataclass
class Writer:
    """Knows the site and gives every request that moves tokens a key of its own."""

    site: Site
    keys: "count[int]" = field(default_factory=lambda: count(1))

    def post(self, who: str, path: str, body: dict[str, Any], *, keyed: bool = True) -> Ask:
        return Ask(who, "POST", f"{BASE}/{path}", body, key=f"key-{next(self.keys)}" if keyed else None)

    def get(self, who: str, path: str, **query: str) -> Ask:
        return Ask(who, "GET", f"{BASE}/{path}", query=query)

    # Things by number: the newest first, and now and then one that does not exist

    def pick(self, things: list[Any], which: int) -> str:
        known = [thing for thing in things if thing.id is not None]
        return str(known[-1 - which % min(len(known), 12)].id) if known and which != 63 else NOBODYS

    def job_id(self, which: int) -> str:
        return self.pick(self.site.books.jobs, which)

    def user_of(self, which: int, who: str) -> dict[str, str]:
        """Service clients name a user; people may leave it out, or name somebody else in vain."""
        if who in CLIENTS:
            return {"user": self.site.emails[PEOPLE[which % 3]]} if which % 16 else {}
        return {"user": self.site.emails["carol"]} if which % 16 == 5 else {}

    def order(self, who: str, service: str, quantity: int, pool: str, which: int, quoted: bool) -> dict[str, Any]:
        """What one job to start says."""
        body = {"service": service, **self.user_of(which, who)}
        if QUANTITIES[quantity] != "1":
            body["quantity"] = QUANTITIES[quantity]
        if pool:
            body["pool"] = self.site.pools.get(pool, NOBODYS)
        if which % 3 == 0 or (self.site.project_required and which % 8):
            body["project"] = f"P{which % 4}"
        if which % 5 == 0:
            body |= {"comment": "a comment", "external_id": f"run {which}"}
        if quoted:
            body["quote"] = self.pick(self.site.quotes, which // 4)
            self._as_quoted(body, which)
        return body

    def _as_quoted(self, body: dict[str, Any], which: int) -> None:
        """Mostly ask for what was quoted."""
        found = next((quote for quote in self.site.quotes if str(quote.id) == body["quote"]), None)
        if found and which % 4:
            body.pop("quantity", None)
            body |= {"service": found.service, "quantity": f"{found.quantity / 1000:g}"}

    def verdict(self, verb: str, number: int) -> dict[str, Any]:
        """What a verdict says: of results how many, and sometimes how much."""
        if verb == "results":
            part = {"amount": AMOUNTS[number % len(AMOUNTS)]} if number % 3 == 0 else {}
            return {"count": 1 + number % 4, **part}
        return {"reason": f"because {number}"} if number % 4 == 0 else {}
