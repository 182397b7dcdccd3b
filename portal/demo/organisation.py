"""Founds the example: people with passwords, two contracts with members and subscriptions, a service client.

Each step looks before it makes, so that an interrupted start is simply repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.utils import timezone

from ledger.contracts import add_member, open_contract
from ledger.models import (
    Benefit,
    BenefitStatus,
    Contract,
    GiftRule,
    Membership,
    Product,
    Role,
    Seat,
    Service,
    Subscription,
)
from portal.api.clients import create_service_client
from portal.api.scopes import Scope
from portal.demo.kept import Kept, new_password
from portal.demo.people import (
    ALICE,
    BOB,
    CAROL,
    CONTRACT_A,
    CONTRACT_B,
    DAVE,
    ERIN,
    FRANK,
    MALLORY,
    PEOPLE,
    Person,
)
from portal.models import ServiceClient
from portal.operators import make_operator

OPENED_BEFORE: Final = timedelta(days=420)
ENDS_AFTER: Final = timedelta(days=675)
TAX_RATE_BP: Final = 1_900
SERIAL_FUSION: Final = "391-20250117"
SERIAL_INFRAWORKS: Final = "391-20250233"
CLIENT_SCOPES: Final = (
    Scope.TOKENS_READ,
    Scope.JOBS_WRITE,
    Scope.USAGE_WRITE,
    Scope.ORDERS_WRITE,
    Scope.REPORTS_READ,
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """The example as founded. Its year ends at `anchor`, the time when it was made first."""

    anchor: datetime
    users: Mapping[Person, User]
    contract_a: Contract
    contract_b: Contract

    def member(self, person: Person) -> Membership:
        """Return the person's only membership."""
        return Membership.objects.select_related("contract", "user").get(user=self.users[person])


def found(kept: Kept) -> Organisation:
    """Return the example's organisation, making what is missing; `kept` gains what is new."""
    users = {person: _user(person, kept) for person in PEOPLE}
    contract_a = _contract(CONTRACT_A, "Aldgate Engineering", users[ALICE])
    contract_b = _contract(CONTRACT_B, "Brook Mills", users[MALLORY])
    _member(contract_a, users[CAROL], Role.COORDINATOR)
    for person in (BOB, ERIN, FRANK):
        _member(contract_a, users[person], Role.END_USER, uses_shared=True)
    _member(contract_a, users[DAVE], Role.END_USER)
    _subscriptions(users, contract_a, contract_b)
    _service_client(kept, contract_a, users[ALICE])
    return Organisation(contract_a.starts_at + OPENED_BEFORE, users, contract_a, contract_b)


def _user(person: Person, kept: Kept) -> User:
    user, is_new = User.objects.get_or_create(
        username=person.key,
        defaults={
            "email": person.email,
            "first_name": person.name,
            "last_name": person.surname,
        },
    )
    EmailAddress.objects.get_or_create(user=user, email=person.email, defaults={"verified": True, "primary": True})
    if person.is_operator:
        make_operator(user)
    if person.signs_in and (is_new or person.email not in kept.passwords):
        user.set_password(kept.passwords.setdefault(person.email, new_password()))
        user.save(update_fields=["password"])
    return user


def _contract(number: str, name: str, administrator: User) -> Contract:
    opened_at = timezone.now().replace(second=0, microsecond=0) - OPENED_BEFORE
    return Contract.objects.filter(number=number).first() or open_contract(
        number=number,
        name=name,
        starts_at=opened_at,
        ends_at=opened_at + OPENED_BEFORE + ENDS_AFTER,
        administrator=administrator,
        tax_name="VAT",
        tax_rate_bp=TAX_RATE_BP,
    )


def _member(contract: Contract, user: User, role: Role, *, uses_shared: bool = False) -> None:
    if not Membership.objects.filter(contract=contract, user=user).exists():
        add_member(contract=contract, user=user, role=role, uses_shared=uses_shared)


def _subscriptions(users: Mapping[Person, User], contract_a: Contract, contract_b: Contract) -> None:
    """Give each contract its products; one seat of each of contract A's stays free."""
    fusion = _subscription(contract_a, "Fusion", "annual", SERIAL_FUSION, days_after_opening=20, seats=4)
    _assign(fusion, [users[person] for person in (ALICE, BOB, ERIN)])
    infraworks = _subscription(contract_a, "InfraWorks", "3-years", SERIAL_INFRAWORKS, days_after_opening=40, seats=4)
    _assign(infraworks, [users[person] for person in (BOB, DAVE, FRANK)])
    theirs = _subscription(contract_b, "Fusion", "annual", SERIAL_FUSION, days_after_opening=30, seats=2)
    _assign(theirs, [users[MALLORY]])


def _subscription(
    contract: Contract, product: str, length: str, serial_number: str, *, days_after_opening: int, seats: int
) -> Subscription:
    subscription, _ = Subscription.objects.get_or_create(
        contract=contract,
        serial_number=serial_number,
        defaults={
            "product": Product.objects.get(name=product),
            "rule": GiftRule.objects.get(length=length),
            "starts_at": contract.starts_at + timedelta(days=days_after_opening),
            "ends_at": contract.ends_at,
        },
    )
    for number in range(1, seats + 1):
        Seat.objects.get_or_create(subscription=subscription, number=number)
    return subscription


def _assign(subscription: Subscription, users: list[User]) -> None:
    for number, user in enumerate(users, start=1):
        Seat.objects.filter(subscription=subscription, number=number, user=None).update(user=user)
        Benefit.objects.get_or_create(
            contract=subscription.contract,
            subscription=subscription,
            user=user,
            defaults={
                "status": BenefitStatus.ENABLED,
                "requested_at": subscription.starts_at,
                "decided_at": subscription.starts_at,
            },
        )


def _service_client(kept: Kept, contract: Contract, created_by: User) -> None:
    """Register the client *desktop*, which runs every service; its secret is known only when it is made."""
    if ServiceClient.objects.filter(client_id=kept.client_id).exists():
        return
    kept.client_id, kept.client_secret = create_service_client(
        name="desktop",
        contracts=[contract],
        scopes=CLIENT_SCOPES,
        services=Service.objects.all(),
        created_by=created_by,
    )
