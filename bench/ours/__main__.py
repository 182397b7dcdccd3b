"""`python -m bench.ours`: a worker (`bench.loop`) on the database of DATABASE_URL, PostgreSQL or SQLite."""

from functools import partial

import django

django.setup()

from bench.history.people import LARGE_CONTRACT  # noqa: E402
from bench.loop import serve  # noqa: E402
from bench.ours.charges import charges, start_many  # noqa: E402
from bench.ours.reads import reads  # noqa: E402
from bench.ours.world import SERVICE, facts_for_limit, hot_contract  # noqa: E402
from ledger.models import Contract, Service  # noqa: E402
from portal.api.clients import create_service_client, issue_token  # noqa: E402

TOKEN_LIFETIME_S = 7 * 86_400


def main() -> None:
    """Open what is measured, tell where it is, and measure."""
    hot, over_http, limit = (hot_contract(name) for name in ("in process", "over http", "limit"))
    client_id, _ = create_service_client(
        name="Benchmark", contracts=[over_http.contract], services=Service.objects.all()
    )
    facts = {
        "authorization": f"Bearer {issue_token(client_id=client_id, lifetime_s=TOKEN_LIFETIME_S)}",
        "body": {
            "service": SERVICE,
            "contract": str(over_http.contract.id),
            "pool": str(over_http.pool.id),
            "user": over_http.user.email,
        },
        "limit": facts_for_limit(limit),
    }
    kinds = {**charges(hot), **(reads() if Contract.objects.filter(number=LARGE_CONTRACT).exists() else {})}
    serve(kinds, facts, {"started": partial(start_many, over_http)})


if __name__ == "__main__":
    main()
