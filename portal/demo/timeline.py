"""What happened on the example's contracts in their year besides jobs: gifts, purchases, allocations, a correction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger.allocations import allocate, take_back
from ledger.contracts import shared_pool
from ledger.gifts import earned_periods, issue_due_gifts
from ledger.grants import adjust
from ledger.models import Channel, Pack, RefundRequest, Subscription
from ledger.orders import create_activation_code, place
from ledger.posting import system_key
from portal.demo.claims import claim, decline, grant
from portal.demo.organisation import Organisation
from portal.demo.people import ALICE, BOB, CAROL, ERIN, FRANK, MALLORY, Person

Act = Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Event:
    """Something to be done on the books, at a time of the past."""

    at: datetime
    act: Act


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order, so many days before the example was made."""

    days_before: int
    buyer: Person
    pack: str
    channel: Channel
    purchase_order: str = ""


# The first lot has lapsed with a rest, the second lapses within a month: there is something to warn about.
PURCHASES: Final = (
    Purchase(395, ALICE, "5000", Channel.DIRECT, "PO-24117"),
    Purchase(394, CAROL, "1000", Channel.STORE),
    Purchase(390, MALLORY, "1000", Channel.STORE),
    Purchase(342, CAROL, "1000", Channel.STORE),
    Purchase(180, MALLORY, "500", Channel.STORE),
    Purchase(150, CAROL, "1000", Channel.STORE),
    Purchase(45, ALICE, "500", Channel.DIRECT, "PO-25090"),
    Purchase(12, CAROL, "100", Channel.RESELLER),
)


def events(organisation: Organisation) -> list[Event]:
    """Return the year's events in the order of time. Repeating one has no effect."""
    found = [*_gifts(organisation), *_purchases(organisation), *_moves(organisation), *_claims(organisation)]
    return sorted(found, key=lambda event: event.at)


def _gifts(organisation: Organisation) -> Iterator[Event]:
    for subscription in Subscription.objects.select_related("rule").order_by("serial_number", "contract__number"):
        for _, due_at in earned_periods(subscription, organisation.anchor):
            yield Event(due_at, _gift(subscription))


def _gift(subscription: Subscription) -> Act:
    return lambda at: issue_due_gifts(at=at, subscription=subscription)


def _purchases(organisation: Organisation) -> Iterator[Event]:
    for number, purchase in enumerate(PURCHASES, start=1):
        at = _at(organisation, purchase.days_before, hour=9)
        yield Event(at, _order(organisation, purchase, f"demo:order:{number}"))


def _order(organisation: Organisation, purchase: Purchase, key: str) -> Act:
    def act(at: datetime) -> None:
        pack = Pack.objects.get(code=purchase.pack)
        place(
            idempotency=system_key(key),
            membership=organisation.member(purchase.buyer),
            pack=pack,
            quantity=1,
            channel=purchase.channel,
            activation_code=create_activation_code(pack=pack) if purchase.channel == Channel.RESELLER else "",
            purchase_order=purchase.purchase_order,
            at=at,
        )

    return act


def _moves(organisation: Organisation) -> Iterator[Event]:
    contract_id = organisation.contract_a.id

    def give(person: Person, amount_mt: int) -> Act:
        return lambda at: allocate(
            idempotency=system_key(f"demo:allocate:{person.key}"),
            contract_id=contract_id,
            user_id=organisation.users[person].pk,
            amount_mt=amount_mt,
            at=at,
        )

    yield Event(_at(organisation, 100, hour=8), give(FRANK, 200_000))
    yield Event(_at(organisation, 25, hour=6), give(BOB, 150_000))
    yield Event(
        _at(organisation, 24, hour=6),
        lambda at: take_back(
            idempotency=system_key("demo:take-back"),
            contract_id=contract_id,
            user_id=organisation.users[BOB].pk,
            amount_mt=50_000,
            at=at,
        ),
    )
    yield Event(
        _at(organisation, 130, hour=14),
        lambda at: adjust(
            idempotency=system_key("demo:adjust"),
            pool_id=shared_pool(contract_id).id,
            amount_mt=25_000,
            reason="Goodwill after the outage of the simulation service.",
            at=at,
        ),
    )


def _claims(organisation: Organisation) -> Iterator[Event]:
    """Bob's claim is granted the next morning; Erin's is declined."""
    bobs, erins = _at(organisation, 75, hour=18), _at(organisation, 31, hour=18)

    def ask(person: Person, asked_at: datetime) -> RefundRequest:
        return claim(organisation, person, at=asked_at, reason="It says completed, but the result is empty.")

    yield Event(bobs, lambda at: ask(BOB, at))
    yield Event(bobs + timedelta(hours=15), lambda at: grant(organisation, ask(BOB, bobs), at=at))
    yield Event(erins, lambda at: ask(ERIN, at))
    yield Event(erins + timedelta(hours=14), lambda at: decline(organisation, ask(ERIN, erins), at=at))


def _at(organisation: Organisation, days_before: int, *, hour: int) -> datetime:
    day = organisation.anchor - timedelta(days=days_before)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)
