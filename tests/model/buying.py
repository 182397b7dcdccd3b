"""What the API should answer about orders and allocations."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.ledger.oracle_things import Refusal
from tests.model.asks import Ask, Fresh, No, Reply, amount, instant
from tests.model.jobs import refused, thousandths
from tests.model.prices import PACKS
from tests.model.site import CLIENTS, PEOPLE, Order, Site, acting_user, contract_named

WAITS_FOR = timedelta(days=30)


def order_json(site: Site, order: Order) -> dict[str, Any]:
    return {
        "id": Fresh(order) if order.id is None else str(order.id),
        "contract": site.contract,
        "pack": order.pack,
        "quantity": order.quantity,
        "amount": amount(order.mt),
        "price": f"{order.cents // 100}.{order.cents % 100:02d}",
        "tax": "0.00",
        "total": f"{order.cents // 100}.{order.cents % 100:02d}",
        "currency": "USD",
        "channel": order.channel,
        "purchase_order": order.purchase_order,
        "status": order.status,
        "ordered_by": site.emails[order.by],
        "approved_by": site.emails[order.approved_by] if order.approved_by else None,
        "created_at": instant(order.created),
        "fulfilled_at": instant(order.fulfilled),
        "cancelled_at": instant(order.cancelled),
    }


def place(site: Site, ask: Ask) -> Reply:
    contract_named(site, ask, ask.body)
    user = acting_user(site, ask, ask.body)
    _require_buyer(site, user)
    pack = ask.body.get("pack", "")
    if pack and pack not in PACKS:
        raise No(404, "not_found")
    return site.once(ask, lambda: _placed(site, ask.body, user))


def _require_buyer(site: Site, user: str) -> None:
    if not site.is_buyer(user):
        buyers = sorted((name for name in PEOPLE if site.is_buyer(name)), key=lambda name: site.roles[name])
        told = [{"name": name.capitalize(), "email": site.emails[name], "role": site.roles[name]} for name in buyers]
        raise No(403, "buyers_only", administrators=told)


def _placed(site: Site, given: dict[str, Any], user: str) -> Reply:
    _require_running(site)
    channel, code = given["channel"], given.get("activation_code", "")
    purchase_order = given.get("purchase_order", "")
    if channel == "direct" and not purchase_order:
        raise No(400, "invalid")
    if channel != "reseller" and not given.get("pack"):
        raise No(400, "invalid")
    if channel == "reseller" and code not in site.codes:
        raise No(400, "invalid_activation_code")
    pack, quantity = site.codes[code] if channel == "reseller" else (given["pack"], given.get("quantity", 1))
    mt, cents = PACKS[pack]
    cents = 0 if channel == "reseller" else cents * quantity
    waits = site.approval_limit is not None and cents > site.approval_limit
    now = site.clock
    order = Order(user, pack, quantity, mt * quantity, cents, channel, purchase_order, "awaiting_approval", now)
    if not waits:
        _arrive(site, order, now, lambda: channel == "reseller" and code in site.used_codes, "invalid_activation_code")
        site.used_codes |= {code} if code else set()
    site.orders.append(order)
    return Reply(201, order_json(site, order))


def _arrive(site: Site, order: Order, now: datetime, is_taken: Any, code: str) -> None:
    """Let the tokens arrive; what somebody took before undoes it all, and what had expired is noticed first."""
    before = site.books.copy()
    expires = a_year_after(site.clock)
    try:
        site.books.grant("shared", order.mt, min(expires, site.books.ends or expires), source="purchase")
    except Refusal as refusal:
        raise refused(site, refusal) from None
    if is_taken():
        site.books.go_back(before)
        raise No(400 if code == "invalid_activation_code" else 409, code)
    order.status, order.fulfilled = "fulfilled", now


def a_year_after(at: datetime) -> datetime:
    leap_day = (at.month, at.day) == (2, 29)
    return at.replace(year=at.year + 1, day=28 if leap_day else at.day)


def _require_running(site: Site) -> None:
    if site.books.ends and site.books.ends <= site.clock:
        raise No(409, "contract_expired")


def may_see(site: Site, who: str, order_id: str) -> Order:
    """Return the order, if it exists for this caller."""
    order = next((order for order in site.orders if str(order.id) == order_id), None)
    if order is None or not (who in CLIENTS or site.is_buyer(who)):
        raise No(404, "not_found")
    return order


def approve(site: Site, ask: Ask, order_id: str) -> Reply:
    order = may_see(site, ask.who, order_id)
    if site.roles.get(ask.who) != "administrator":
        raise No(403, "forbidden")

    def decide() -> Reply:
        if order.by == ask.who and any(site.is_buyer(name) for name in PEOPLE if name != ask.who):
            raise No(403, "own_decision")
        _require_running(site)
        was = order.status
        if was == "awaiting_approval" and site.clock >= order.created + WAITS_FOR:
            raise No(409, "order_expired")
        _arrive(site, order, site.clock, lambda: was != "awaiting_approval", "already_decided")
        order.approved_by = ask.who
        return Reply(200, order_json(site, order))

    return site.once(ask, decide)


def cancel(site: Site, ask: Ask, order_id: str) -> Reply:
    order = may_see(site, ask.who, order_id)
    if ask.who in CLIENTS:
        raise No(403, "forbidden")
    if order.status == "fulfilled":
        raise No(409, "already_decided")
    if order.status != "cancelled":
        order.status, order.cancelled = "cancelled", site.clock
    return Reply(200, order_json(site, order))


def allocate(site: Site, ask: Ask) -> Reply:
    contract_named(site, ask, ask.body)
    if not site.is_buyer(ask.who):
        raise No(403, "forbidden")
    user = site.person(ask.body["user"])
    if user is None:
        raise No(404, "not_found")
    mt = thousandths(ask.body["amount"])

    def decide() -> Reply:
        move = site.books.allocate if ask.body["direction"] == "give" else site.books.take_back
        try:
            move(user, mt)
        except Refusal as refusal:
            raise refused(site, refusal, names_others=False) from None
        body = {
            "transaction": Fresh(Transaction()),
            "contract": site.contract,
            "user": site.emails[user],
            "direction": ask.body["direction"],
            "amount": amount(mt),
            "at": instant(site.books.now),
        }
        return Reply(201, body)

    return site.once(ask, decide)


class Transaction:
    """Something with an id of its own."""

    id: UUID | None = None
