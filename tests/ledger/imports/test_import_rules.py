"""What each kind of job does to the tokens, with figures worked out by hand. Every job here costs 10 tokens."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.models import Contract, Entry, Job, Membership, Service, Transaction
from ledger.verification import differences
from tests.ledger.imports.logs import DAY, EPOCH, outcome, run_import, swf, write_log

pytestmark = pytest.mark.django_db


def test_each_status_has_its_outcome(tmp_path: Path) -> None:
    log = write_log(
        tmp_path,
        swf(1, 0, status=1),
        swf(2, 10, status=3),
        swf(3, 20, status=0),
        swf(4, 30, status=4),
        swf(5, 40, status=5, run=60),
        swf(6, 50, status=5, run=0),
        swf(7, 60, status=2),
        swf(8, 70, status=-1),
    )
    summary = run_import(log, rate="10")
    assert outcome(summary, "completed") == (2, "20", "0")
    assert outcome(summary, "failed") == (2, "20", "20")
    assert outcome(summary, "cancelled_late") == (1, "10", "0")
    assert outcome(summary, "cancelled_early") == (1, "0", "0")
    assert outcome(summary, "quarantined") == (1, "0", "0")
    assert (summary["net"], summary["accepted"], summary["no_money"]) == ("30", 6, 1)
    assert (summary["captured"], summary["returned"]) == ("30", "30")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"run": 300}, "cancelled_late"),
        ({"run": 299}, "cancelled_early"),
        ({"run": 300, "allocated": -1}, "cancelled_early"),
        ({"run": 300, "allocated": 0}, "cancelled_early"),
        ({"run": -1}, "cancelled_early"),
    ],
)
def test_a_cancel_is_late_once_there_can_be_a_result(tmp_path: Path, changes: dict[str, int], expected: str) -> None:
    log = write_log(tmp_path, swf(1, 0, status=5, **changes))
    summary = run_import(log, rate="10", first_result_after=300)
    assert summary["outcomes"][expected]["jobs"] == 1


def test_the_verbs_leave_their_marks_on_the_jobs(tmp_path: Path) -> None:
    log = write_log(tmp_path, *(swf(status + 1, status, status=status) for status in (0, 1, 5)))
    run_import(log, rate="10", log="marks")
    jobs = {job.external_id: job for job in Job.objects.all()}
    failed, completed, cancelled = (jobs[f"marks:{number}"] for number in (1, 2, 6))
    assert (failed.status, failed.captured_mt, failed.refunded_mt) == ("failed", 10_000, 10_000)
    assert (completed.status, completed.captured_mt, completed.reason) == ("completed", 10_000, "")
    assert (cancelled.status, cancelled.captured_mt, cancelled.refunded_mt) == ("completed", 10_000, 0)
    assert cancelled.reason == "Cancelled after results: status 5 in the log"
    ended = datetime.fromtimestamp(EPOCH + 1 + 60, UTC)
    assert (completed.first_result_at, completed.ended_at) == (ended, ended)


def test_every_entry_carries_the_time_of_the_log(tmp_path: Path) -> None:
    log = write_log(tmp_path, swf(1, 0, wait=5, run=10), swf(2, 100, wait=-1, run=-1, status=5))
    run_import(log, rate="10")
    moments = {int(at.timestamp()) - EPOCH for at in Entry.objects.values_list("at", flat=True)}
    assert moments == {0, 15, 100}


def test_usage_is_told_by_user_service_contract_and_month_of_the_end(tmp_path: Path) -> None:
    october = 17 * DAY  # EPOCH is 13 September 2020, 12:26:40
    log = write_log(
        tmp_path,
        swf(1, 0, user=3, group=8, partition=4),
        swf(2, october, wait=DAY, user=3, group=9, partition=5),
        swf(3, october, wait=DAY, user=4, group=9, partition=5, status=0),
    )
    summary = run_import(log, rate="10")
    assert summary["by_user"] == {"3": "20", "4": "0"}
    assert summary["by_contract"] == {"8": "10", "9": "10"}
    assert summary["by_service"] == {"4": "10", "5": "10"}
    assert summary["by_month"] == {"2020-09": "10", "2020-10": "10"}


def test_a_log_without_groups_has_one_contract(tmp_path: Path) -> None:
    log = write_log(tmp_path, swf(1, 0, group=-1), swf(2, 1, group=0))
    assert run_import(log, rate="10")["by_contract"] == {"0": "20"}


def test_users_can_be_spread_over_a_number_of_contracts(tmp_path: Path) -> None:
    log = write_log(tmp_path, *(swf(user, user, user=user) for user in range(40)))
    summary = run_import(log, rate="1", contract_by="user-mod-16")
    assert summary["by_contract"] == {str(key): "3" if key < 8 else "2" for key in range(16)}


@pytest.mark.parametrize(("choice", "key"), [("partition", "5"), ("queue", "2"), ("executable", "9")])
def test_the_service_is_chosen_by_an_option(tmp_path: Path, choice: str, key: str) -> None:
    log = write_log(tmp_path, swf(1, 0, partition=5, queue=2, executable=9), name="centre.swf")
    assert run_import(log, rate="1", service_by=choice)["by_service"] == {key: "1"}
    assert Service.objects.filter(
        code=f"centre:{key}", refund_policy="on_failure_or_cancel", hold_timeout_s=None
    ).exists()


def test_members_may_use_the_shared_pool_and_cannot_sign_in(tmp_path: Path) -> None:
    run_import(write_log(tmp_path, swf(1, 0, user=3), name="centre.log.swf"), rate="1")
    member = Membership.objects.select_related("user", "contract").get(user__username="centre:3")
    assert (member.uses_shared, member.contract.number) == (True, "centre:1")
    assert not member.user.has_usable_password()
    assert member.user.email == ""


def test_what_was_imported_verifies(tmp_path: Path) -> None:
    log = write_log(tmp_path, *(swf(n, n * 7, status=(0, 1, 5)[n % 3], run=n % 4) for n in range(1, 40)))
    run_import(log, rate="10", lot=["95:1d", "70"], refund_grace="0d")
    assert Transaction.objects.exists()
    assert Contract.objects.count() == 1
    assert list(differences()) == []
