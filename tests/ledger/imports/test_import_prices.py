"""Prices per processor-hour, jobs that use more than they hold, and funds that expire; figures by hand."""

from pathlib import Path
from typing import Any

import pytest

from ledger.models import Job, Service
from tests.ledger.imports.logs import DAY, outcome, run_import, swf, write_log

pytestmark = pytest.mark.django_db

CARD = 'num,name,rate\n5,"<b>big</b>",2\n6,small,0.001\n7,free,0\n'


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card.csv"
    path.write_text(CARD, encoding="utf-8")
    return path


def figures(document: dict[str, Any], *names: str) -> list[str]:
    return [document[name] for name in names]


def test_a_job_holds_what_it_asked_for_and_pays_what_it_used(tmp_path: Path, card: Path) -> None:
    # Asked: 2 tokens x 8 processors x 1 h = 16. Used: 2 x 4 x 1000 s = 2.2 tokens, rounded up to 3.
    log = write_log(tmp_path, swf(1, 0, requested=8, limit=3600, allocated=4, run=1000))
    summary = run_import(log, rate_card=card)
    job = Job.objects.get()
    assert (job.price_mt, job.captured_mt, job.quantity_m) == (16_000, 3_000, 8_000)
    assert figures(summary, "net", "captured", "returned") == ["3", "3", "13"]


@pytest.mark.parametrize(
    ("changes", "hold_mt", "cost_mt"),
    [
        ({"requested": -1}, 8_000, 8_000),
        ({"limit": -1}, 8_000, 8_000),
        ({"requested": -1, "limit": -1}, 8_000, 8_000),
        ({"allocated": -1}, 8_000, 0),
        ({"allocated": -1, "requested": -1}, 0, 0),
        ({"run": 3601}, 8_000, 9_000),
        ({"run": 0}, 8_000, 0),
        ({"partition": 6}, 1_000, 1_000),
        ({"partition": 7}, 0, 0),
    ],
)
def test_what_is_missing_is_taken_from_what_was_used(
    tmp_path: Path, card: Path, changes: dict[str, int], hold_mt: int, cost_mt: int
) -> None:
    log = write_log(tmp_path, swf(1, 0, **{"allocated": 4, "run": 3600, **changes}))
    run_import(log, rate_card=card)
    job = Job.objects.get()
    assert (job.price_mt, job.captured_mt, job.status) == (hold_mt, cost_mt, "completed")


def test_what_goes_beyond_the_hold_is_charged_where_the_pool_can_pay(tmp_path: Path, card: Path) -> None:
    # Each holds 2 and uses 6; of the 9 left after the holds the first pays 4 more, the second would need 4 of 3.
    over = {"requested": 1, "limit": 3600, "allocated": 1, "run": 3 * 3600}
    log = write_log(tmp_path, swf(1, 0, **over), swf(2, 1, **over), swf(3, 2, wait=DAY, allocated=1, limit=1))
    summary = run_import(log, rate_card=card, lot=["12"])
    assert figures(summary, "captured", "left") == ["9", "3"]
    assert summary["over_hold"] == {
        "jobs": 2,
        "over": "8",
        "unpaid_jobs": 1,
        "unpaid": "4",
        "listed": [{"job": "1", "over": "4", "unpaid": "0"}, {"job": "2", "over": "4", "unpaid": "4"}],
    }


def test_a_failed_job_gets_back_what_went_beyond_its_hold(tmp_path: Path, card: Path) -> None:
    log = write_log(tmp_path, swf(1, 0, status=0, requested=1, allocated=1, run=3 * 3600))
    summary = run_import(log, rate_card=card, lot=["10"])
    assert outcome(summary, "failed") == (1, "6", "6")
    assert figures(summary, "captured", "returned", "left") == ["0", "6", "10"]


def test_services_are_named_as_on_the_card_even_where_that_looks_like_markup(tmp_path: Path, card: Path) -> None:
    run_import(write_log(tmp_path, swf(1, 0, partition=5), name="named.swf"), rate_card=card)
    assert Service.objects.get(code="named:5").name == "<b>big</b>"


def test_services_without_a_card_are_named_as_in_the_header(tmp_path: Path) -> None:
    log = write_log(tmp_path, "; Partition: 5 fat nodes", "; Queue: 1 night", swf(1, 0), swf(2, 1, partition=6))
    run_import(log, rate="1")
    assert set(Service.objects.values_list("name", flat=True)) == {"fat nodes", "6"}


def test_a_service_that_is_not_on_the_card_is_quarantined(tmp_path: Path, card: Path) -> None:
    summary = run_import(write_log(tmp_path, swf(1, 0), swf(2, 1, partition=99)), rate_card=card)
    assert summary["quarantine"] == {
        "reasons": {"service 99 is not on the rate card": 1},
        "listed": [{"line": 2, "job": "2", "reason": "service 99 is not on the rate card"}],
    }


def test_funds_run_out_and_come_back(tmp_path: Path) -> None:
    # 25 tokens pay for two jobs; the third comes while both run, the fourth after the failed one was refunded.
    log = write_log(
        tmp_path,
        swf(1, 0, run=100, status=0),
        swf(2, 1, run=100),
        swf(3, 2, run=100),
        swf(4, 100, run=100),
    )
    summary = run_import(log, rate="10", lot=["25"])
    assert (summary["accepted"], summary["refused"]) == (3, 1)
    assert figures(summary, "captured", "returned", "left") == ["20", "10", "5"]
    assert outcome(summary, "completed") == (2, "20", "0")


def test_a_hold_outlives_its_lot_and_what_comes_back_too_late_is_lost(tmp_path: Path) -> None:
    # The lot of 25 ends after a day: one job keeps its 10, the cancelled one loses 10, 5 were never used.
    log = write_log(tmp_path, swf(1, 0, run=2 * DAY), swf(2, 1, wait=2 * DAY, run=0, status=5))
    summary = run_import(log, rate="10", lot=["25:1d", "7"], refund_grace="0d")
    names = ("granted", "captured", "lost_after_expiry", "unused_at_expiry", "left", "returned")
    assert figures(summary, *names) == ["32", "10", "10", "5", "7", "0"]


def test_with_days_of_grace_it_stays_usable(tmp_path: Path) -> None:
    log = write_log(
        tmp_path,
        swf(1, 0, wait=2 * DAY, run=0, status=5),
        swf(2, 3 * DAY),
        swf(3, 10 * DAY),
    )
    summary = run_import(log, rate="10", lot=["10:1d"], refund_grace="3d")
    assert (summary["accepted"], summary["refused"]) == (2, 1)
    names = ("captured", "lost_after_expiry", "unused_at_expiry", "left", "returned")
    assert figures(summary, *names) == ["10", "0", "0", "0", "10"]


def test_a_hold_may_take_from_two_lots(tmp_path: Path) -> None:
    summary = run_import(write_log(tmp_path, swf(1, 0)), rate="10", lot=["6:9d", "6"])
    assert (summary["accepted"], summary["split_holds"], summary["left"]) == (1, 1, "2")


@pytest.mark.parametrize(("rate", "net"), [("0.5", "1"), ("0", "0"), ("11", "22")])
def test_a_flat_rate_may_have_decimals(tmp_path: Path, rate: str, net: str) -> None:
    assert run_import(write_log(tmp_path, swf(1, 0), swf(2, 0)), rate=rate)["net"] == net
