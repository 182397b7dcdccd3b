"""What the API should answer about quotes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.model import prices
from tests.model.asks import Anything, Ask, Fresh, Reply, amount, instant
from tests.model.jobs import chosen_pool, thousandths
from tests.model.site import Quote, Site, acting_user, contract_named


def quote(site: Site, ask: Ask) -> Reply:
    contract_named(site, ask, ask.body)
    user = acting_user(site, ask, ask.body)
    site.begin()
    quantity, count = thousandths(ask.body.get("quantity", "1")), ask.body.get("count", 1)
    usable = site.usable(user)
    chosen = chosen_pool(site, ask.body, usable)
    price = prices.price(ask.body["service"], quantity, site.clock)
    payer, available = _payer(site, [chosen] if chosen else usable, price * count)
    found = Quote(user, ask.body["service"], quantity, price, payer, site.clock + timedelta(minutes=15))
    site.quotes.append(found)
    return Reply(201, quote_json(site, found, count, available, usable))


def _payer(site: Site, pools: Sequence[str], required: int) -> tuple[str, int]:
    """Return the pool that would pay and what it has, or what all have together where charges may be split."""
    able = next((pool for pool in pools if site.books.available(pool) >= required), None)
    if able is None and site.books.split:
        return pools[0], sum(map(site.books.available, pools))
    payer = able or max(pools, key=site.books.available)
    return payer, site.books.available(payer)


def quote_json(site: Site, found: Quote, count: int, available: int, usable: Sequence[str]) -> dict[str, Any]:
    required, price = found.price * count, found.price
    others = [pool for pool in usable if pool != found.pool and site.books.available(pool) >= required > available]
    return {
        "id": Fresh(found),
        "service": found.service,
        "quantity": amount(found.quantity),
        "count": count,
        "price": amount(price),
        "required": amount(required),
        "available": amount(available),
        "will_remain": amount(available - required),
        "sufficient": available >= required,
        "pool": site.pools[found.pool],
        "rate": Anything(),
        "covered_by": prices.SERVICES[found.service].covered_by,
        "expires_at": instant(found.expires),
        "max_count": min(1000, available // price) if price else 1000,
        "alternatives": [
            {"pool": site.pools[pool], "available": amount(site.books.available(pool))} for pool in others
        ],
    }
