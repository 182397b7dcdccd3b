"""A small world to charge: two contracts of one user, and a service at one token. Prints its facts as JSON.

`python -m tests.faults.programs.world`, with a migrated database in DATABASE_URL.
"""

import json
import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.utils import timezone  # noqa: E402

from ledger.contracts import add_member, individual_pool, open_contract  # noqa: E402
from ledger.grants import grant  # noqa: E402
from ledger.models import Contract, Product, Rate, RefundPolicy, Service  # noqa: E402
from ledger.posting import one_off  # noqa: E402
from portal.api.clients import create_service_client, issue_token  # noqa: E402
from portal.api.scopes import Scope  # noqa: E402

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
PLENTY_MT = 10**12
LIFETIME_S = 10 * 365 * 86_400


def dying(product: Product) -> Contract:
    """A contract whose one user has five tokens that are dead, and four that live for three more days."""
    contract = open_contract(number="F-3", name="F-3", starts_at=EPOCH)
    user = User.objects.create(username="carol", email="carol@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    add_member(contract=contract, user=user)
    pool = individual_pool(contract_id=contract.id, user_id=user.pk)
    for tokens, days in ((5, -1), (4, 3)):
        expires_at = timezone.now() + timedelta(days=days)
        grant(idempotency=one_off(), pool_id=pool.id, amount_mt=tokens * 1000, expires_at=expires_at, at=EPOCH)
    return contract


def main() -> None:
    product = Product.objects.create(name="Faults")
    policy = RefundPolicy.ON_FAILURE_OR_CANCEL
    service = Service.objects.create(
        code="one-token", name="One token", product=product, unit="job", refund_policy=policy, hold_timeout_s=None
    )
    Rate.objects.create(service=service, amount_mt=1000, effective_from=EPOCH)
    user = User.objects.create(username="bob", email="bob@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    contracts, pools = [], []
    for number in ("F-1", "F-2"):
        contract = open_contract(number=number, name=number, starts_at=EPOCH)
        add_member(contract=contract, user=user)
        pool = individual_pool(contract_id=contract.id, user_id=user.pk)
        grant(idempotency=one_off(), pool_id=pool.id, amount_mt=PLENTY_MT)
        contracts.append(contract)
        pools.append(str(pool.id))
    contracts.append(dying(product))
    client_id, _ = create_service_client(name="desktop", contracts=contracts, scopes=tuple(Scope), services=[service])
    ids = [str(contract.id) for contract in contracts]
    facts = {"contracts": ids[:2], "dying": ids[2], "pools": pools, "service": service.code}
    facts |= {"user": user.email, "token": issue_token(client_id=client_id, lifetime_s=LIFETIME_S)}
    json.dump(facts, sys.stdout)


if __name__ == "__main__":
    main()
