"""What the API should answer about jobs and their verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from tests.ledger.oracle_things import Job, Refusal
from tests.model import prices
from tests.model.asks import Ask, Fresh, No, Reply, amount, instant
from tests.model.site import CLIENTS, Site, acting_user, contract_named

STATUSES = {"insufficient_tokens": 402, "amount_exceeds_hold": 400, "invalid": 400}


@dataclass(frozen=True)
class Start:
    """A job to start, with its price, its user's pools and the only one that may pay, if any."""

    user: str
    price: int
    usable: list[str]
    chosen: str | None
    given: dict[str, Any]


def thousandths(text: str) -> int:
    return int(Decimal(text) * 1000)


def job_json(site: Site, job: Job) -> dict[str, Any]:
    given = job.facts
    return {
        "id": Fresh(job) if job.id is None else str(job.id),
        "service": given["service"],
        "user": site.emails[job.user],
        "contract": site.contract,
        "pool": site.pools[job.pool],
        "quantity": amount(thousandths(given.get("quantity", "1"))),
        "status": job.status,
        "price": amount(job.price),
        "captured": amount(job.captured),
        "refunded": amount(job.refunded),
        "results": job.results,
        **{name: given.get(name, "") for name in ("project", "comment", "external_id")},
        "reason": job.reason,
        "created_at": instant(job.created),
        "first_result_at": instant(job.first_result),
        "ended_at": instant(job.ended),
        "hold_expires_at": instant(job.deadline),
        "lots": [{"lot": str(lot.id), "amount": amount(mt)} for lot, mt in job.lots()],
    }


def refused(site: Site, refusal: Refusal, *, names_others: bool = True) -> No:
    """Return a refusal of the books as the API words it: kept, with amounts as text."""
    facts: dict[str, Any] = {name: amount(mt) for name, mt in refusal.facts.items()}
    if refusal.code == "insufficient_tokens":
        facts["shortfall"] = amount(refusal.facts["required"] - refusal.facts["available"])
        if names_others:
            able = [
                {"pool": site.pools[pool], "available": amount(site.books.available(pool))} for pool in refusal.able
            ]
            facts["alternatives"] = able
    return No(STATUSES.get(refusal.code, 409), refusal.code, kept=True, **facts)


# Starting


def start(site: Site, ask: Ask) -> Reply:
    contract_named(site, ask, ask.body)
    user = acting_user(site, ask, ask.body)

    def decide() -> Reply:
        order = _looked_up(site, user, ask.body)
        _look_at(site, [user])
        return Reply(201, job_json(site, _start(site, ask, order)))

    return site.once(ask, decide)


def batch(site: Site, ask: Ask) -> Reply:
    users = [_each(lambda item=item: _user_of(site, ask, item)) for item in ask.body["items"]]
    return _each_by_itself(site, ask, users) if ask.body["mode"] == "each" else _all_or_none(site, ask, users)


def _all_or_none(site: Site, ask: Ask, users: Sequence[str | No]) -> Reply:
    for index, user in enumerate(users):
        if isinstance(user, No):
            raise No(user.status, **{**user.body, "index": index})

    def decide() -> Reply:
        before, started = site.books.copy(), []
        _look_at(site, users)
        orders = [
            _each(lambda pair=pair: _looked_up(site, *pair)) for pair in zip(users, ask.body["items"], strict=True)
        ]
        for index, order in enumerate(orders):
            result = order if isinstance(order, No) else _each(lambda order=order: _start(site, ask, order))
            if isinstance(result, No):
                if len(orders) > 1 or isinstance(order, No):
                    site.books.go_back(before)
                raise No(result.status, kept=result.kept, **{**result.body, "index": index})
            started.append(result)
        return Reply(201, {"jobs": [job_json(site, job) for job in started]})

    return site.once(ask, decide)


def _each_by_itself(site: Site, ask: Ask, users: Sequence[str | No]) -> Reply:
    pairs = list(zip(users, ask.body["items"], strict=True))

    def decide() -> Reply:
        orders = [
            _each(lambda pair=pair: pair[0] if isinstance(pair[0], No) else _looked_up(site, *pair)) for pair in pairs
        ]
        if any(isinstance(order, Start) for order in orders):
            _look_at(site, users)
        results = [
            order if isinstance(order, No) else _each(lambda order=order: job_json(site, _start(site, ask, order)))
            for order in orders
        ]
        return Reply(200, {"results": [_item(result, 201) for result in results]})

    wrong = [index for index, user in enumerate(users) if isinstance(user, No)]
    return site.once(ask, decide, wrong) if len(wrong) < len(users) else decide()


def _user_of(site: Site, ask: Ask, item: dict[str, Any]) -> str:
    contract_named(site, ask, item)
    return acting_user(site, ask, item)


def _look_at(site: Site, users: Sequence[str | No]) -> None:
    """An order is decided on its user's pool and the shared one, whether or not the user may have that."""
    site.books.look_at([*(user for user in users if isinstance(user, str)), "shared"])


def _looked_up(site: Site, user: str, given: dict[str, Any]) -> Start:
    """Check what the order names; a refusal here may be another answer the next time."""
    if given["service"] not in prices.SERVICES:
        raise No(404, "not_found")
    if site.project_required and not given.get("project"):
        raise No(400, "project_required")
    usable = site.usable(user)
    chosen = chosen_pool(site, given, usable)
    quantity = thousandths(given.get("quantity", "1"))
    price = prices.price(given["service"], quantity, site.clock)
    order = Start(user, price, usable, chosen, given)
    return _as_quoted(site, order, quantity) if "quote" in given else order


def _as_quoted(site: Site, order: Start, quantity: int) -> Start:
    """Start at the quote's price, from the quote's pool unless another was chosen."""
    found = next((known for known in site.quotes if str(known.id) == order.given["quote"]), None)
    if found is None or found.user != order.user:
        raise No(404, "not_found")
    if (found.service, found.quantity) != (order.given["service"], quantity):
        raise No(400, "quote_mismatch")
    if found.expires <= site.clock:
        raise No(409, "quote_expired")
    if order.chosen:
        return replace(order, price=found.price)
    if found.pool not in order.usable:
        raise No(403, "shared_use_not_allowed")
    if site.books.split:
        usable = sorted(order.usable, key=lambda pool: pool != found.pool)
        return replace(order, price=found.price, usable=usable)
    return replace(order, price=found.price, chosen=found.pool)


def chosen_pool(site: Site, given: dict[str, Any], usable: Sequence[str]) -> str | None:
    if "pool" not in given:
        return None
    pool = site.pool_named(given["pool"])
    if pool in usable:
        return pool
    raise No(403, "shared_use_not_allowed") if pool == "shared" else No(404, "not_found")


def _start(site: Site, ask: Ask, order: Start) -> Job:
    terms = prices.SERVICES[order.given["service"]]
    try:
        site.books.start(order.user, order.price, refundable=terms.refundable, chosen=order.chosen, usable=order.usable)
    except Refusal as refusal:
        raise refused(site, refusal) from None
    job = site.books.jobs[-1]
    job.facts = {**order.given, "by": ask.who}
    return job


# Verdicts


def verdict(site: Site, ask: Ask, job_id: str, verb: str) -> Reply:
    item = {**ask.body, "job": job_id, "verb": verb}
    _may_settle(site, ask.who, item)
    return site.once(ask, lambda: Reply(200, _settled(site, item)))


def settle(site: Site, ask: Ask) -> Reply:
    doors = [_each(lambda item=item: _may_settle(site, ask.who, item)) for item in ask.body["items"]]
    wrong = [index for index, door in enumerate(doors) if isinstance(door, No)]

    def decide() -> Reply:
        site.books.look_at(pool for job in doors if isinstance(job, Job) for pool in job.pools)
        results = [
            door if isinstance(door, No) else _each(lambda item=item: _settled(site, item))
            for door, item in zip(doors, ask.body["items"], strict=True)
        ]
        return Reply(200, {"results": [_item(result, 200) for result in results]})

    return site.once(ask, decide, wrong) if len(wrong) < len(doors) else decide()


def may_see(site: Site, who: str, job_id: str) -> Job:
    """Return the job, if it exists for this caller."""
    job = site.job(job_id)
    if job is None or who == "mallory" or not (site.sees_reports(who) or who in (job.user, job.facts["by"])):
        raise No(404, "not_found")
    return job


def _may_settle(site: Site, who: str, item: dict[str, Any]) -> Job:
    job = may_see(site, who, item["job"])
    if who not in CLIENTS and (item["verb"] != "cancel" or job.user != who):
        raise No(403, "forbidden")
    return job


def _settled(site: Site, item: dict[str, Any]) -> dict[str, Any]:
    job = site.job(item["job"])
    assert job is not None
    number = site.books.jobs.index(job)
    try:
        if item["verb"] == "results":
            part = thousandths(item["amount"]) if "amount" in item else None
            site.books.report(number, item.get("count", 1), part)
        else:
            getattr(site.books, item["verb"])(number, item.get("reason", ""))
    except Refusal as refusal:
        raise refused(site, refusal) from None
    return job_json(site, job)


def _each(decide: Any) -> Any:
    try:
        return decide()
    except No as refusal:
        return refusal


def _item(result: Any, status: int) -> dict[str, Any]:
    if isinstance(result, No):
        return {"status": result.status, "problem": result.body}
    return {"status": status, "job": result}
