"""What the API should answer to those who only look: balances at any instant, lots, jobs, orders, claims, usage."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from tests.ledger.oracle_things import NEVER, Lot, Use
from tests.model import buying, claims, jobs
from tests.model.asks import Anything, Ask, No, Reply, amount, instant
from tests.model.site import CLIENTS, PEOPLE, Site

ACCOUNTS = ("available", "held", "used", "expired")


def pools(site: Site, ask: Ask) -> Reply:
    site.begin()
    at = _given(ask, "as_of") or site.books.now
    names = sorted(site.visible_pools(ask.who), key=lambda name: site.pools[name])
    return Reply(200, {"results": [pool_json(site, name, at) for name in names]})


def pool(site: Site, ask: Ask, pool_id: str) -> Reply:
    site.begin()
    name = _visible(site, ask.who, pool_id)
    return Reply(200, pool_json(site, name, _given(ask, "as_of") or site.books.now))


def pool_json(site: Site, name: str, at: datetime) -> dict[str, Any]:
    figures = {account: site.books.balance(name, account, at) for account in ACCOUNTS}
    return {
        "id": site.pools[name],
        "contract": site.contract,
        "kind": "shared" if name == "shared" else "individual",
        "user": site.emails.get(name),
        **{account: amount(mt) for account, mt in figures.items()},
        "total": amount(sum(figures.values())),
        "as_of": instant(at),
    }


def _visible(site: Site, who: str, pool_id: str) -> str:
    name = site.pool_named(pool_id)
    if name in site.visible_pools(who):
        return str(name)
    raise No(403, "forbidden") if name == "shared" and who in PEOPLE else No(404, "not_found")


def lots(site: Site, ask: Ask, pool_id: str) -> Reply:
    site.begin()
    return Reply(200, {"results": [lot_json(lot) for lot in site.books.in_order(_visible(site, ask.who, pool_id))]})


def lot_json(lot: Lot) -> dict[str, Any]:
    return {
        "id": str(lot.id),
        "source": lot.source,
        "amount": amount(lot.amount),
        "remaining": amount(lot.remaining),
        "held": amount(lot.held),
        "granted_at": instant(lot.granted),
        "expires_at": instant(lot.expires),
        "usable_until": instant(None if lot.until == NEVER else lot.until),
    }


def all_jobs(site: Site, ask: Ask) -> Reply:
    mine = [job for job in site.books.jobs if _is_seen(site, ask.who, job)]
    wanted = [job for job in mine if ask.query.get("status", job.status) == job.status]
    newest_first = sorted(wanted, key=lambda job: (job.created, job.id), reverse=True)
    return Reply(200, {"results": [jobs.job_json(site, job) for job in newest_first]})


def _is_seen(site: Site, who: str, job: Any) -> bool:
    return who != "mallory" and (site.sees_reports(who) or who in (job.user, job.facts["by"]))


def job(site: Site, ask: Ask, job_id: str) -> Reply:
    return Reply(200, jobs.job_json(site, jobs.may_see(site, ask.who, job_id)))


def orders(site: Site, ask: Ask) -> Reply:
    found = site.orders if ask.who in CLIENTS or site.is_buyer(ask.who) else []
    newest_first = sorted(found, key=lambda order: (order.created, order.id), reverse=True)
    return Reply(200, {"results": [buying.order_json(site, order) for order in newest_first]})


def order(site: Site, ask: Ask, order_id: str) -> Reply:
    return Reply(200, buying.order_json(site, buying.may_see(site, ask.who, order_id)))


def all_claims(site: Site, ask: Ask) -> Reply:
    found = [claim for claim in site.claims if site.is_buyer(ask.who) or claim.by == ask.who]
    newest_first = sorted(found, key=lambda claim: (claim.created, claim.id), reverse=True)
    return Reply(200, {"results": [claims.claim_json(site, claim) for claim in newest_first]})


def usage(site: Site, ask: Ask) -> Reply:
    if ask.who == "laptop":
        raise No(403, "forbidden")
    start, end = _given(ask, "from"), _given(ask, "to")
    counted = [use for use in site.books.uses if (start is None or start <= use.at) and (end is None or use.at < end)]
    if not site.sees_reports(ask.who):
        counted = [use for use in counted if use.job.user == ask.who]
    names = ask.query["group_by"].split(",") if "group_by" in ask.query else []
    rows: dict[tuple[str, ...], list[Use]] = defaultdict(list)
    for use in counted:
        rows[tuple(_key(site, use, name) for name in names)].append(use)
    body = {
        "rows": [{**dict(zip(names, key, strict=True)), **_totals(rows[key])} for key in sorted(rows)],
        "totals": _totals(counted),
        "from": instant(start),
        "to": instant(end),
        "as_of": Anything(),
    }
    return Reply(200, body)


def _key(site: Site, use: Use, name: str) -> str:
    match name:
        case "service" | "project":
            return str(use.job.facts.get(name, ""))
        case "user":
            return site.emails[use.job.user]
        case "pool":
            return site.pools[use.pool]
        case "day":
            return use.at.date().isoformat()
        case "week":
            return (use.at.date() - timedelta(days=use.at.weekday())).isoformat()
        case _:
            return use.at.strftime("%Y-%m")


def _totals(uses: Iterable[Use]) -> dict[str, Any]:
    uses = list(uses)
    charged, refunded = sum(use.charged for use in uses), sum(use.refunded for use in uses)
    return {
        "jobs": sum(use.jobs for use in uses),
        "charged": amount(charged),
        "refunded": amount(refunded),
        "net": amount(charged - refunded),
    }


def entries(site: Site, ask: Ask, pool_id: str) -> Reply:
    """The books' lines: compared as what each account comes to."""
    name = _visible(site, ask.who, pool_id)
    if ask.who == "laptop" or (ask.who in PEOPLE and name != ask.who and not site.sees_reports(ask.who)):
        raise No(403, "forbidden")
    sums = dict.fromkeys(ACCOUNTS, 0)
    for _, pool_, account, mt in site.books.moves:
        if pool_ == name:
            sums[account] += mt
    return Reply(200, {account: amount(mt) for account, mt in sums.items()})


def midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), time(), UTC)


def _given(ask: Ask, name: str) -> datetime | None:
    return datetime.fromisoformat(ask.query[name]) if name in ask.query else None
