"""Seals little by little, to be killed: `python -m tests.processes.sealers prepare|work`.

`work` first says what is sealed and whether it is sound, then seals on, one transaction a seal and one seal of each
contract a step. Wants a database of its own in DATABASE_URL.
"""

import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from ledger import jobs  # noqa: E402
from ledger.contracts import individual_pool, open_contract  # noqa: E402
from ledger.grants import grant  # noqa: E402
from ledger.jobs import JobOrder, Verdict  # noqa: E402
from ledger.models import Book, Seal, Transaction, VerificationMode  # noqa: E402
from ledger.posting import one_off  # noqa: E402
from ledger.rate_card import load_rate_card  # noqa: E402
from ledger.sealing import seal_all, unsealed  # noqa: E402
from ledger.verification import verify  # noqa: E402
from tests.cast import EPOCH, fresh_key, make_user  # noqa: E402
from tests.processes.stepped import Steps, say  # noqa: E402

JOBS = 60


def prepare() -> None:
    """Two contracts with a grant each, jobs that were started and jobs that were charged."""
    call_command("migrate", verbosity=0)
    load_rate_card()
    for name in ("alice", "mallory"):
        user = make_user(name)
        contract = open_contract(number=name, name=name, starts_at=EPOCH, administrator=user)
        pool = individual_pool(contract_id=contract.id, user_id=user.pk)
        grant(idempotency=one_off(), pool_id=pool.id, amount_mt=10**9)
        orders = [JobOrder(contract.id, user.pk, "analysis")] * JOBS
        started = jobs.start_batch(idempotency=fresh_key(), orders=orders, mode="each").results
        ids = [job.id for job in started if isinstance(job, jobs.JobView)]
        jobs.settle(idempotency=fresh_key(), verdicts=[Verdict(job_id, "complete") for job_id in ids])


def state() -> dict[str, int]:
    """What is sealed, whether seals and numbers follow each other, and what a full verification says."""
    sealed, gaps = 0, 0
    for book in Book.objects.all():
        seals = list(Seal.objects.filter(contract_id=book.contract_id).order_by("number"))
        sealed += sum(len(seal.leaves) // 32 for seal in seals)
        gaps += [seal.number for seal in seals] != list(range(1, len(seals) + 1))
        gaps += [seal.first_seq for seal in seals] != [1, *(seal.last_seq + 1 for seal in seals[:-1])][: len(seals)]
    found = verify(mode=VerificationMode.FULL).differences
    posted = Transaction.objects.count()
    return {"sealed": sealed, "posted": posted, "gaps": gaps, "differences": found, "unsealed": unsealed()}


def work() -> None:
    say(state())
    seal_all(per_seal=1, progress=Steps())


if __name__ == "__main__":
    {"prepare": prepare, "work": work}[sys.argv[1]]()
