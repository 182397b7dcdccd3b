"""Runs the verification, contract by contract, and keeps what it found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.utils import timezone

from ledger.models import Finding, VerificationMode, VerificationRun
from ledger.progress import SILENT, Progress
from ledger.verification.checkpoints import advance, next_scopes, overtaken
from ledger.verification.database import rows_of_nobody, unprotected, wrong_checkpoints
from ledger.verification.difference import Difference
from ledger.verification.invariants import broken, count_transactions, queries
from ledger.verification.scope import Scope
from ledger.verification.seals import broken_roots, broken_seals
from ledger.verification.tables import laid_out

LIMIT: Final = 20
CONTRACTS_AT_ONCE: Final = 200
_KEPT_FINDINGS: Final = 1_000
NOBODY: Final = UUID(int=0)


@dataclass
class _Looked:
    transactions: int
    differences: list[Difference] = field(default_factory=list)


def verify(*, mode: VerificationMode, progress: Progress = SILENT, limit: int = LIMIT) -> VerificationRun:
    """Check every invariant and keep the result; the run returned says how many differences there are.

    `FULL` looks at everything. `INCREMENTAL` looks at what was posted since the contract's checkpoint, at all balances
    of contracts with something new and at all of the past of jobs with something new, and moves the checkpoint of
    contracts where nothing is wrong. A run that was stopped has no end and no say. Of each invariant up to `limit`
    differences are found per group of contracts.
    """
    run = VerificationRun.objects.create(mode=mode, started_at=timezone.now())
    in_full = mode == VerificationMode.FULL
    found: list[Difference] = []
    for scopes in _groups(in_full):
        if progress.is_stopped():
            return run
        looked = _contracts(scopes, limit, progress)
        run.contracts += len(scopes)
        run.transactions += looked.transactions
        here = looked.differences
        if not in_full:
            # Asked only now: a run that overtook this one while it looked has changed what it compared with.
            others = overtaken(scopes)
            here = [difference for difference in here if difference.contract_id not in others]
            wrong = {difference.contract_id for difference in here}
            advance([scope for scope in scopes if scope.contract_id not in wrong])
        found += here
    found += _whole(in_full, limit)
    Finding.objects.bulk_create([_finding(run, difference) for difference in found[:_KEPT_FINDINGS]])
    run.differences = len(found)
    run.ended_at = timezone.now()
    run.save()
    return run


def differences(limit: int = LIMIT) -> Iterator[Difference]:
    """Yield what a full verification finds, up to `limit` of each invariant; keep nothing. Nothing for sound books."""
    for scopes in _groups(True):
        yield from _contracts(scopes, limit, SILENT).differences
    yield from _whole(True, limit)


def _groups(in_full: bool) -> Iterator[list[Scope]]:
    after = NOBODY
    while scopes := next_scopes(after, in_full=in_full, limit=CONTRACTS_AT_ONCE):
        yield scopes
        after = scopes[-1].contract_id


def _contracts(scopes: Sequence[Scope], limit: int, progress: Progress) -> _Looked:
    with laid_out(scopes) as tables:
        looked = _Looked(count_transactions(tables))
        for invariants in queries():
            looked.differences += broken(invariants, tables, limit=limit)
            if not tables.are_copies:  # else this is one transaction, and whoever listens may write
                progress.advance(0)
    for scope in scopes:
        looked.differences += broken_seals(scope)
        progress.advance(1)
    return looked


def _whole(in_full: bool, limit: int) -> Iterator[Difference]:
    """Check what belongs to no contract."""
    yield from unprotected()
    yield from broken_roots(in_full=in_full)
    if in_full:
        yield from wrong_checkpoints(limit)
        yield from rows_of_nobody(limit)


def _finding(run: VerificationRun, difference: Difference) -> Finding:
    return Finding(
        run=run,
        contract_id=difference.contract_id,
        invariant=difference.invariant,
        row=difference.row[:100],
        detail=difference.detail[:500],
    )
