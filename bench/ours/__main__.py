"""`python -m bench.ours`: a worker (`bench.loop`) on the database of DATABASE_URL, PostgreSQL or SQLite."""

import gc

import django

django.setup()

from bench.history.people import LARGE_CONTRACT  # noqa: E402
from bench.loop import serve  # noqa: E402
from bench.ours.charges import charges, start_many  # noqa: E402
from bench.ours.reads import reads  # noqa: E402
from bench.ours.world import SERVICE, HotContract, facts_for_limit, hot_contract  # noqa: E402
from ledger.models import Contract, Service  # noqa: E402
from portal.api.clients import create_service_client, issue_token  # noqa: E402

TOKEN_LIFETIME_S = 7 * 86_400
SERVED = tuple(f"over http {number}" for number in (1, 2, 3, 4))


def main() -> None:
    """Open what is measured, tell where it is, and measure."""
    hot, limit, *served = (hot_contract(name) for name in ("in process", "limit", *SERVED))
    client_id, _ = create_service_client(
        name="Benchmark", contracts=[each.contract for each in served], services=Service.objects.all()
    )
    facts = {
        "authorization": f"Bearer {issue_token(client_id=client_id, lifetime_s=TOKEN_LIFETIME_S)}",
        "bodies": [_body(each) for each in served],
        "limit": facts_for_limit(limit),
    }
    # As in the web server, which freezes what stands still (decision 19).
    gc.collect()
    gc.freeze()
    kinds = {**charges(hot), **(reads() if Contract.objects.filter(number=LARGE_CONTRACT).exists() else {})}
    serve(kinds, facts, {"started": lambda count, contract: start_many(served[contract], count)})


def _body(hot: HotContract) -> dict[str, str]:
    """Return the job that is started again and again, as a client asks for it."""
    return {
        "service": SERVICE,
        "contract": str(hot.contract.id),
        "pool": str(hot.pool.id),
        "user": hot.user.email,
    }


if __name__ == "__main__":
    main()
