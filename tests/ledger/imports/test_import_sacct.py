"""What Slurm's `sacct --parsable2` prints becomes jobs: states, steps, arrays, times, columns."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from ledger.models import Job, Service
from tests.ledger.imports.logs import outcome, run_import, write_log

pytestmark = pytest.mark.django_db

COLUMNS = (
    "JobID|JobName|User|Group|Account|Partition|QOS|Submit|Start|End|ElapsedRaw|TimelimitRaw|ReqCPUS|AllocCPUS"
    "|State|ExitCode"
)


def sacct(job: str = "1", **changes: str) -> str:
    """One line: a job of ten minutes on four processors, with an hour's limit, but for the changes."""
    cells = {
        "JobID": job,
        "JobName": "solve",
        "User": "bob",
        "Group": "staff",
        "Account": "physics",
        "Partition": "batch",
        "QOS": "normal",
        "Submit": "2024-02-29T23:00:00",
        "Start": "2024-02-29T23:55:00",
        "End": "2024-03-01T00:05:00",
        "ElapsedRaw": "600",
        "TimelimitRaw": "60",
        "ReqCPUS": "4",
        "AllocCPUS": "4",
        "State": "COMPLETED",
        "ExitCode": "0:0",
    }
    return "|".join((cells | changes).values())


def import_lines(folder: Path, *lines: str, columns: str = COLUMNS, **options: Any) -> dict[str, Any]:
    log = write_log(folder, columns, *lines)
    return run_import(log, format="sacct", **({"rate": "10"} | options))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("COMPLETED", "completed"),
        ("FAILED", "failed"),
        ("TIMEOUT", "failed"),
        ("NODE_FAIL", "failed"),
        ("OUT_OF_MEMORY", "failed"),
        ("BOOT_FAIL", "failed"),
        ("DEADLINE", "failed"),
        ("PREEMPTED", "failed"),
        ("CANCELLED", "cancelled_late"),
        ("CANCELLED by 1000", "cancelled_late"),
        ("CANCELLED+", "cancelled_late"),
        ("PENDING", "quarantined"),
        ("RUNNING", "quarantined"),
        ("SUSPENDED", "quarantined"),
        ("GONE_FISHING", "quarantined"),
        ("", "quarantined"),
    ],
)
def test_each_state_has_its_outcome(tmp_path: Path, state: str, expected: str) -> None:
    summary = import_lines(tmp_path, sacct(State=state))
    assert [name for name, line in summary["outcomes"].items() if line["jobs"]] == [expected]


@pytest.mark.parametrize("state", ["REQUEUED", "REVOKED"])
def test_a_run_that_goes_on_elsewhere_moves_no_money(tmp_path: Path, state: str) -> None:
    summary = import_lines(tmp_path, sacct(State=state), sacct(State="COMPLETED"))
    assert (summary["no_money"], summary["net"]) == (1, "10")


def test_the_reason_is_kept_with_the_job(tmp_path: Path) -> None:
    import_lines(tmp_path, sacct(State="CANCELLED by 1000"))
    assert Job.objects.get().reason == "Cancelled after results: CANCELLED by 1000 in the log"


def test_a_job_cancelled_in_the_queue_is_an_early_cancel(tmp_path: Path) -> None:
    waiting = {"State": "CANCELLED by 1000", "Start": "None", "ElapsedRaw": "0", "AllocCPUS": "0"}
    summary = import_lines(tmp_path, sacct("1", **waiting), sacct("2", **waiting, End="Unknown"))
    assert outcome(summary, "cancelled_early") == (2, "0", "0")
    ended = sorted(job.ended_at for job in Job.objects.all() if job.ended_at)
    assert ended == [datetime(2024, 2, 29, 23, 0, tzinfo=UTC), datetime(2024, 3, 1, 0, 5, tzinfo=UTC)]


def test_steps_say_nothing_new_and_array_tasks_are_jobs(tmp_path: Path) -> None:
    steps = ["12.batch", "12.0", "12.extern", "13_4.0", "14+1.batch"]
    summary = import_lines(tmp_path, *(sacct(job) for job in ("12", "13_4", "13_5", "14+0", "14+1", *steps)))
    assert outcome(summary, "completed") == (5, "50", "0")
    assert outcome(summary, "quarantined") == (0, "0", "0")


def test_keys_are_the_log_s_own(tmp_path: Path) -> None:
    summary = import_lines(tmp_path, sacct("1", User="ann", Partition="fat"), sacct("2"))
    assert summary["by_user"] == {"ann": "10", "bob": "10"}
    assert summary["by_service"] == {"batch": "10", "fat": "10"}
    assert summary["by_contract"] == {"staff": "20"}


@pytest.mark.parametrize(("choice", "key"), [("queue", "normal"), ("executable", "solve")])
def test_queues_are_qos_and_executables_are_names(tmp_path: Path, choice: str, key: str) -> None:
    assert import_lines(tmp_path, sacct(), service_by=choice)["by_service"] == {key: "10"}


def test_without_groups_the_accounts_pay(tmp_path: Path) -> None:
    columns = COLUMNS.replace("Group", "WCKey")
    assert import_lines(tmp_path, sacct(), columns=columns)["by_contract"] == {"physics": "10"}


def test_users_are_spread_the_same_way_every_time(tmp_path: Path) -> None:
    lines = [sacct(str(number), User=f"user{number}") for number in range(1, 200)]
    spread = [import_lines(tmp_path, *lines, contract_by="user-mod-4")["by_contract"] for _ in range(2)]
    assert spread[0] == spread[1]
    assert set(spread[0]) == {"0", "1", "2", "3"}


@pytest.mark.parametrize(("zone", "month"), [("UTC", "2024-03"), ("Europe/Paris", "2024-02")])
def test_local_times_are_those_of_the_given_zone(tmp_path: Path, zone: str, month: str) -> None:
    assert import_lines(tmp_path, sacct(), timezone=zone)["by_month"] == {month: "10"}


def test_times_may_be_plain_seconds(tmp_path: Path) -> None:
    line = sacct(Submit="1709247600", Start="1709250900", End="1709251500")
    assert import_lines(tmp_path, line, timezone="Europe/Paris")["by_month"] == {"2024-03": "10"}


@pytest.mark.parametrize(
    ("changes", "hold_mt"),
    [
        ({}, 8_000),
        ({"TimelimitRaw": "UNLIMITED"}, 2_000),
        ({"TimelimitRaw": "1-00:00:00"}, 192_000),
        ({"TimelimitRaw": "30:00"}, 4_000),
        ({"ReqCPUS": "0"}, 8_000),
        ({"ReqCPUS": "16"}, 32_000),
    ],
)
def test_prices_use_limits_and_processors(tmp_path: Path, changes: dict[str, str], hold_mt: int) -> None:
    card = tmp_path / "card.csv"
    card.write_text("num,name,rate\nbatch,Batch,2\n", encoding="utf-8")
    import_lines(tmp_path, sacct(**changes), rate=None, rate_card=card)
    job = Job.objects.get()
    assert (job.price_mt, job.captured_mt) == (hold_mt, 2_000)  # used: 2 x 4 x 600 s = 1.34 tokens
    assert Service.objects.get().name == "Batch"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (sacct(JobName="a|b"), "17 columns instead of 16"),
        (sacct(Submit="yesterday"), "Submit cannot be read"),
        (sacct(ElapsedRaw="soon"), "Elapsed cannot be read"),
        (sacct(AllocCPUS=""), "AllocCPUS cannot be read"),
        (sacct("12_[3-9]"), "JobID cannot be read"),
        (sacct(End="2023-01-01T00:00:00"), "the job ends before it was submitted or after all calendars"),
        (sacct(Partition=""), "no service"),
        (sacct(User=""), "no user"),
        (sacct(Group="g" * 24), "the name of the contract is longer than 23 characters or has unprintable ones"),
        (sacct(User="bob\x1b[2J"), "the name of the user is longer than 100 characters or has unprintable ones"),
    ],
)
def test_a_malformed_line_is_quarantined(tmp_path: Path, line: str, reason: str) -> None:
    summary = import_lines(tmp_path, sacct("99"), line)
    assert [(item["line"], item["reason"]) for item in summary["quarantine"]["listed"]] == [(3, reason)]
    assert summary["net"] == "10"


def test_missing_columns_are_named_in_one_sentence(tmp_path: Path) -> None:
    columns = COLUMNS.replace("AllocCPUS", "Nodes").replace("ElapsedRaw", "Time").replace("QOS", "Q")
    with pytest.raises(CommandError, match="must name the columns ElapsedRaw or Elapsed, AllocCPUS or NCPUS, QOS:"):
        import_lines(tmp_path, sacct(), columns=columns, service_by="queue")


def test_a_clock_will_do_for_the_elapsed_time(tmp_path: Path) -> None:
    columns = COLUMNS.replace("ElapsedRaw", "Elapsed").replace("AllocCPUS", "NCPUS")
    import_lines(tmp_path, sacct(ElapsedRaw="1-00:10:00", End="Unknown"), columns=columns)
    ended = Job.objects.get().ended_at
    assert ended == datetime(2024, 3, 2, 0, 5, tzinfo=UTC)
