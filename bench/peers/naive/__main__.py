"""`python -m bench.peers.naive`: make the tables, a pool and a token; print the token."""

from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from bench.peers.naive.models import Lot, Pool, Service  # noqa: E402

LOTS = 10
LOT_MT = 50_000_000_000


def main() -> None:
    """Prepare what is measured."""
    call_command("migrate", verbosity=0)
    call_command("migrate", "--run-syncdb", verbosity=0)  # our app has no migrations, and needs the others' tables
    user = User.objects.create(username="naive")
    pool = Pool.objects.create(user=user, available_mt=LOTS * LOT_MT)
    now = datetime.now(tz=UTC)
    Lot.objects.bulk_create(
        Lot(pool=pool, remaining_mt=LOT_MT, expires_at=now + timedelta(days=365 + number)) for number in range(LOTS)
    )
    Service.objects.create(code="generative_study", price_mt=11_000)
    print(Token.objects.create(user=user).key)  # noqa: T201


if __name__ == "__main__":
    main()
