"""Rows become lines: compared with each other, held against targets, printed and written."""

import json
from pathlib import Path

from bench.report import compare, table, unmeasured, write_json
from bench.rounds import Row
from bench.targets import FLUSHED, TARGETS, Target

OURS = f"ours in process, 32 threads{FLUSHED}"
LOCK = f"plain row lock, pgbench, 32 clients{FLUSHED}"


def test_a_row_has_a_line_for_each_comparison_that_the_run_allows() -> None:
    lines = compare([Row(OURS, 3000.0, "/s"), Row(LOCK, 500.0, "/s"), Row("something else", 1.0, "ms")])
    assert [(line.reference, line.ratio, line.target, line.met) for line in lines] == [
        (LOCK, 6.0, ">= 5", True),
        (None, None, "", None),
        (None, None, "", None),
    ]


def test_a_missed_target_is_called_so() -> None:
    (line,) = compare([Row(f"{OURS}, p99", 75.1, "ms")])
    assert line.met is False
    assert "NO" in table([line])


def test_what_was_not_measured_is_named() -> None:
    assert len(unmeasured([])) > 20
    assert all(any(target.row in named for target in TARGETS) for named in unmeasured([]))
    row = Row("ours over HTTP, batch of 1000, 4 connections", 1.0, "/s")
    assert row.name not in unmeasured([row])


def test_a_bound_is_met_at_the_bound() -> None:
    assert Target("a", at_least=5).is_met(5)
    assert Target("a", at_most=1.3).is_met(1.3)
    assert not Target("a", at_most=1.3).is_met(1.31)
    assert Target("a", "b").is_met(7) is None


def test_the_file_has_the_fields_that_others_read(tmp_path: Path) -> None:
    write_json(compare([Row("a", 1.5, "ms")]), tmp_path / "out.json")
    (line,) = json.loads((tmp_path / "out.json").read_text())
    assert list(line) == ["name", "value", "unit", "reference", "ratio", "target", "met"]
