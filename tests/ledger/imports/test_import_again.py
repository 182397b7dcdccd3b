"""An import that was stopped goes on, a second one changes nothing, and another log's name is its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.errors import LedgerBusy
from ledger.expiry import expire_lots, sweep_holds
from ledger.imports import runner
from ledger.models import Contract, Entry, IdempotencyKey, Job, Kind, Lot, LotSource, Membership, Pool
from ledger.posting import Grant, Request, post
from tests.ledger.imports.logs import run_import, swf, write_log

pytestmark = pytest.mark.django_db

OPTIONS: dict[str, Any] = {"rate": "10", "lot": ["35:1d", "25:2d", "40"], "refund_grace": "0d"}


def rows() -> list[str]:
    return [swf(n, n * 2000, run=n * 991 % 9000, status=(0, 1, 5, 1)[n % 4], group=n % 3) for n in range(1, 60)]


def books() -> list[Any]:
    """Everything of the books but the ids that every run makes anew."""
    entries = Entry.objects.order_by("contract__number", "seq")
    jobs = Job.objects.order_by("id").values_list("id", "status", "captured_mt", "refunded_mt", "ended_at")
    pools = Pool.objects.order_by("contract__number", "kind", "user").values_list("available_mt", "used_mt")
    return [
        *entries.values_list("contract__number", "seq", "account", "amount_mt", "balance_after_mt", "at"),
        *jobs,
        *pools,
        *Lot.objects.order_by("contract__number", "amount_mt").values_list("remaining_mt", "held_mt"),
    ]


def without_seconds(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "seconds"}


def test_a_second_run_changes_nothing_and_says_the_same(tmp_path: Path) -> None:
    log = write_log(tmp_path, *rows())
    first = run_import(log, **OPTIONS)
    assert 0 < first["refused"] < first["accepted"]
    before, keys = books(), IdempotencyKey.objects.count()
    assert without_seconds(run_import(log, **OPTIONS)) == without_seconds(first)
    assert (books(), IdempotencyKey.objects.count()) == (before, keys)
    assert Membership.objects.count() == len({(row.split()[12]) for row in rows()})


@pytest.mark.parametrize("stop_after", [1, 4, 9])
def test_an_import_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_after: int) -> None:
    whole = run_import(write_log(tmp_path, *rows(), name="whole.swf"), **OPTIONS)
    log = write_log(tmp_path, *rows(), name="stopped.swf")
    calls, post = iter(range(stop_after)), runner.post

    def die_after_some_batches(**given: Any) -> Any:
        if next(calls, None) is None:
            raise LedgerBusy
        return post(**given)

    monkeypatch.setattr(runner, "CHUNK", 7)
    with monkeypatch.context() as patch:
        patch.setattr(runner, "post", die_after_some_batches)
        with pytest.raises(CommandError, match="goes on from here"):
            run_import(log, **OPTIONS)
    monkeypatch.setattr(runner, "CHUNK", 5)
    assert without_seconds(run_import(log, **OPTIONS)) == without_seconds(whole)


def import_with(meddling: Callable[[], object], log: Path) -> dict[str, Any]:
    """Import in small batches, and do something else to the books after each."""
    post = runner.post

    def post_and_meddle(**given: Any) -> Any:
        answers = post(**given)
        meddling()
        return answers

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "CHUNK", 7)
        patch.setattr(runner, "post", post_and_meddle)
        return run_import(log, **OPTIONS)


def test_the_worker_s_sweeps_leave_an_import_alone(tmp_path: Path) -> None:
    undisturbed = run_import(write_log(tmp_path, *rows()), **OPTIONS)
    swept = import_with(lambda: (expire_lots(), sweep_holds()), write_log(tmp_path, *rows()))
    assert without_seconds(swept) == without_seconds(undisturbed)


def test_an_import_that_something_else_meddles_with_stops(tmp_path: Path) -> None:
    def grant_today() -> None:
        for pool in Pool.objects.filter(kind="shared"):
            gift = Grant(pool_id=pool.id, amount_mt=1, source=LotSource.ADJUSTMENT, kind=Kind.ADJUST)
            post(contract_id=pool.contract_id, requests=[Request(commands=[gift])])

    with pytest.raises(CommandError, match="Something else posts to contract"):
        import_with(grant_today, write_log(tmp_path, *rows()))


def test_the_size_of_batches_makes_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_one = run_import(write_log(tmp_path, *rows()), **OPTIONS)
    monkeypatch.setattr(runner, "CHUNK", 3)
    monkeypatch.setattr(runner, "WAITING", 5)
    assert without_seconds(run_import(write_log(tmp_path, *rows()), **OPTIONS)) == without_seconds(in_one)


def test_other_options_for_the_same_name_are_refused(tmp_path: Path) -> None:
    log = write_log(tmp_path, *rows())
    run_import(log, rate="10")
    before = books()
    with pytest.raises(CommandError, match="choose another name with --log"):
        run_import(log, rate="11")
    assert books() == before


def test_the_same_log_under_another_name_is_another_import(tmp_path: Path) -> None:
    log = write_log(tmp_path, *rows())
    run_import(log, rate="10", log="once")
    run_import(log, rate="11", log="twice")
    numbers = set(Contract.objects.values_list("number", flat=True))
    assert numbers == {f"{name}:{group}" for name in ("once", "twice") for group in (0, 1, 2)}


def test_the_number_of_statements_does_not_grow_with_the_log(tmp_path: Path) -> None:
    counts = []
    for size in (10, 400):
        log = write_log(tmp_path, *(swf(n, n, user=n % 5) for n in range(1, size)))
        with CaptureQueriesContext(
            connection,
        ) as statements:
            run_import(log, rate="10")
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 2
