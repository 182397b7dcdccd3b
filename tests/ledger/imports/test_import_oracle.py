"""Random small logs, imported for real and replayed by the oracle, must agree to the token."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.amounts import format_milli
from ledger.imports import runner
from ledger.verification import differences
from tests.ledger.imports.logs import DAY, EPOCH, run_import, swf, write_log
from tests.ledger.imports.oracle import Job, Oracle

CARD = {1: 1, 2: 3, 3: 0}
HOUR = 3600

jobs_strategy = st.lists(
    st.fixed_dictionaries(
        {
            "submit": st.integers(0, 40).map(lambda step: step * HOUR),
            "wait": st.sampled_from([-1, 0, 0, HOUR, 5 * HOUR]),
            "run": st.sampled_from([-1, 0, 1, HOUR, 2 * HOUR, 9 * HOUR, 30 * HOUR]),
            "allocated": st.sampled_from([-1, 0, 1, 2, 5]),
            "requested": st.sampled_from([-1, 1, 2, 5]),
            "limit": st.sampled_from([-1, HOUR, 3 * HOUR, 10 * HOUR]),
            "status": st.sampled_from([0, 1, 1, 1, 3, 4, 5, 5]),
            "user": st.integers(1, 3),
            "group": st.sampled_from([-1, 0, 1]),
            "partition": st.sampled_from(sorted(CARD)),
        }
    ),
    min_size=1,
    max_size=25,
)
lots_strategy = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from([None, 1, 2])), min_size=1, max_size=3, unique=True
)


def as_job(number: int, row: dict[str, int], *, flat: int | None) -> Job:
    """The rules for one line, written down a second time."""
    run, allocated = max(row["run"], 0), max(row["allocated"], 0)
    submit = EPOCH + row["submit"]
    asked = (row["requested"] if row["requested"] > 0 else allocated) * (row["limit"] if row["limit"] > 0 else run)
    rate = CARD[row["partition"]]
    late = "cancelled_late" if run > 0 and allocated > 0 and run >= HOUR else "cancelled_early"
    return {
        "number": number,
        "submit": submit,
        "end": submit + max(row["wait"], 0) + run,
        "outcome": {0: "failed", 4: "failed", 5: late}.get(row["status"], "completed"),
        "user": str(row["user"]),
        "contract": str(max(row["group"], 0)),
        "service": str(row["partition"]),
        "hold": -(-rate * asked // HOUR) if flat is None else flat,
        "cost": -(-rate * allocated * run // HOUR) if flat is None else flat,
    }


def expected(oracle: Oracle) -> dict[str, Any]:
    sums = oracle.sums
    amounts = ("captured", "returned", "lost_after_expiry", "unused_at_expiry", "left")
    return {
        **{name: str(sums[name]) for name in amounts},
        **{name: sums[name] for name in ("accepted", "refused", "split_holds")},
        "jobs": {name: sums[name] for name in ("completed", "failed", "cancelled_late", "cancelled_early")},
        "charged": {name: str(oracle.charged[name]) for name in ("completed", "failed", "cancelled_late")},
        "over": (sums["over_jobs"], str(sums["over"]), str(sums["unpaid"])),
        "by": {name: {key: str(net) for key, net in table.items() if net} for name, table in oracle.by.items()},
    }


def imported(summary: dict[str, Any]) -> dict[str, Any]:
    plain = ("captured", "returned", "lost_after_expiry", "unused_at_expiry", "left")
    lines, over = summary["outcomes"], summary["over_hold"]
    by = {name: summary[f"by_{name}"] for name in ("user", "service", "contract", "month")}
    return {
        **{name: summary[name] for name in (*plain, "accepted", "refused", "split_holds")},
        "jobs": {name: lines[name]["jobs"] for name in lines if name != "quarantined"},
        "charged": {name: lines[name]["charged"] for name in ("completed", "failed", "cancelled_late")},
        "over": (over["jobs"], over["over"], over["unpaid"]),
        "by": {name: {key: net for key, net in table.items() if net != "0"} for name, table in by.items()},
    }


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=jobs_strategy,
    lots=lots_strategy,
    grace=st.sampled_from([0, 0, 1]),
    flat=st.sampled_from([None, None, 7]),
    chunk=st.sampled_from([2, 9, 1000]),
)
def test_the_import_and_the_oracle_agree(
    rows: list[dict[str, int]], lots: list[tuple[int, int | None]], grace: int, flat: int | None, chunk: int
) -> None:
    jobs = [as_job(number, row, flat=flat) for number, row in enumerate(rows, start=1)]
    oracle = Oracle(lots=lots, grace=grace).replay(jobs)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "CHUNK", chunk)
        card = Path(folder) / "card.csv"
        card.write_text("\n".join(f"{key},service {key},{rate}" for key, rate in CARD.items()), encoding="utf-8")
        log = write_log(Path(folder), *(swf(number, **row) for number, row in enumerate(rows, start=1)))
        summary = run_import(
            log,
            first_result_after=HOUR,
            lot=[f"{amount}:{days}d" if days else str(amount) for amount, days in lots],
            refund_grace=f"{grace}d",
            **({"rate_card": card} if flat is None else {"rate": str(flat)}),
        )
    assert imported(summary) == expected(oracle)
    granted = sum(amount for amount, _ in lots) * len({job["contract"] for job in jobs})
    assert summary["granted"] == format_milli(granted * 1000)


@pytest.mark.django_db
def test_what_the_oracle_agreed_with_verifies(tmp_path: Path) -> None:
    rows = [swf(n, n * HOUR, run=n * 977 % DAY, status=n % 6, group=n % 2, partition=1) for n in range(1, 60)]
    run_import(write_log(tmp_path, *rows), rate="7", lot=["50:1d", "300"], refund_grace="1d")
    assert list(differences()) == []
