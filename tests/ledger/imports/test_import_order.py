"""In which order the log's jobs start and end, and which lines count."""

from pathlib import Path

import pytest

from tests.ledger.imports.logs import outcome, run_import, swf, write_log

pytestmark = pytest.mark.django_db


def test_ends_come_before_starts_at_the_same_instant(tmp_path: Path) -> None:
    log = write_log(tmp_path, swf(2, 0, run=50, status=0), swf(1, 50))
    assert run_import(log, rate="10", lot=["10"])["refused"] == 0


def test_a_job_that_takes_no_time_gives_way_to_the_next_at_the_same_instant(tmp_path: Path) -> None:
    log = write_log(tmp_path, *(swf(number, 0, run=0, status=5) for number in (1, 2, 3)))
    summary = run_import(log, rate="10", lot=["10"])
    assert outcome(summary, "cancelled_early") == (3, "0", "0")


def test_starts_at_the_same_instant_go_by_number(tmp_path: Path) -> None:
    log = write_log(tmp_path, *(swf(number, 0, user=number, run=9) for number in (10, 9, 100)))
    assert run_import(log, rate="10", lot=["10"])["by_user"] == {"9": "10", "10": "0", "100": "0"}


def test_a_log_that_is_not_sorted_is_replayed_in_order(tmp_path: Path) -> None:
    late = [swf(number, 1000 - number, user=number, run=5000) for number in range(1, 9)]
    summary = run_import(write_log(tmp_path, *late), rate="10", lot=["20"])
    accepted = {user for user, net in summary["by_user"].items() if net == "10"}
    assert accepted == {"8", "7"}


def test_the_first_line_with_a_number_has_it(tmp_path: Path) -> None:
    log = write_log(tmp_path, swf(1, 0), swf(1, 5, status=2), swf(1, 9, status=3))
    summary = run_import(log, rate="10")
    assert (summary["net"], summary["no_money"]) == ("10", 1)
    assert summary["quarantine"]["listed"] == [
        {"line": 3, "job": "1", "reason": "another line before has the same job number"}
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1 2 3", "3 fields instead of 18"),
        (swf(1, 0).replace("3600", "an_hour"), "field 9 is not a whole number"),
        (swf(1, 0).replace("3600", "0.5"), "field 9 is not a whole number"),
        (swf(1, -1), "no submit time"),
        (swf(-1, 0), "no job number"),
        (swf(1, 10**14), "the times lie outside the calendar"),
        (swf(1, 0, status=6), "status 6 says nothing about how the job ended"),
        (swf(1, 0) + " -1", "19 fields instead of 18"),
        (swf(1, 0, user=10**16), "field 12 is not a whole number"),
        ("\x00\xff<script>" + swf(1, 0)[1:], "field 1 is not a whole number"),
    ],
)
def test_what_cannot_be_understood_is_quarantined_with_its_line(tmp_path: Path, line: str, reason: str) -> None:
    log = write_log(tmp_path, "; Computer: any", swf(5, 0), line)
    summary = run_import(log, rate="10")
    assert summary["net"] == "10"
    assert [(item["line"], item["reason"]) for item in summary["quarantine"]["listed"]] == [(3, reason)]


def test_decimals_of_nothing_are_whole_numbers(tmp_path: Path) -> None:
    log = write_log(tmp_path, swf(1, 0).replace(" 60 ", " 60.00 "))
    assert run_import(log, rate="10")["net"] == "10"


def test_a_log_of_nothing_but_quarantine_still_has_a_summary(tmp_path: Path) -> None:
    summary = run_import(write_log(tmp_path, "nothing", "here"), rate="10")
    assert (summary["net"], summary["accepted"], summary["outcomes"]["quarantined"]["jobs"]) == ("0", 0, 2)
