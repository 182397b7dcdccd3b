"""`python -m bench.peers.hordak`: a worker (`bench.loop`) in the neighbours' environment."""

from functools import partial

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.transaction import atomic  # noqa: E402
from hordak.models import Account, AccountType  # noqa: E402
from moneyed import Money  # noqa: E402

from bench.loop import Repeated, serve  # noqa: E402

PRICE = Money(11, "EUR")


def transfer(source: Account, target: Account) -> int:
    """Move the price: a transaction and two legs, nothing checked."""
    source.transfer_to(target, PRICE)
    return 1


def transfer_if_enough(source: Account, target: Account) -> int:
    """Move the price unless that would overdraw the account: lock it, add its legs up, move."""
    with atomic():
        locked = Account.objects.select_for_update().get(pk=source.pk)
        if locked.get_balance() < PRICE:
            raise AssertionError("The benchmark's account is empty.")
        locked.transfer_to(target, PRICE)
    return 1


def main() -> None:
    """Open two accounts, fill one, measure."""
    call_command("migrate", verbosity=0)
    issued = Account.objects.create(name="Issued", type=AccountType.asset, code="1", currencies=["EUR"])
    pool = Account.objects.create(name="Pool", type=AccountType.asset, code="2", currencies=["EUR"])
    used = Account.objects.create(name="Used", type=AccountType.asset, code="3", currencies=["EUR"])
    issued.transfer_to(pool, Money(1_000_000_000, "EUR"))
    kinds = {
        "transfer": partial(Repeated, partial(transfer, pool, used), connections.close_all),
        "never overdraw": partial(Repeated, partial(transfer_if_enough, pool, used), connections.close_all),
    }
    serve(kinds, {})


if __name__ == "__main__":
    main()
