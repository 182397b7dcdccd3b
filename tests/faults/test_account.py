"""The comparison itself can fail: what is missing counts as lost, what is there twice as doubled."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.faults.client import Account, settle_account

STARTED = {"key": "k1", "path": "/jobs", "jobs": 1}
GRANTED = {"key": "k1", "status": 201, "replayed": False, "tries": 1, "code": None, "of": ["j1"], "s": 0.1}
ENDED = {"key": "k2", "path": "/jobs/j1/complete", "job": "j1"}
TAKEN = {"key": "k2", "status": 200, "replayed": True, "tries": 3, "code": None, "of": ["j1"], "s": 0.1}


def account(tmp_path: Path, lines: list[dict[str, Any]], effects: dict[str, dict[str, list[str]]]) -> Account:
    record = tmp_path / "record"
    record.write_text("".join(json.dumps(line) + "\n" for line in lines))
    counted = {key: {job: Counter(kinds) for job, kinds in jobs.items()} for key, jobs in effects.items()}
    return settle_account(record, counted)


def test_what_was_promised_and_is_there_is_sound(tmp_path: Path) -> None:
    found = account(tmp_path, [STARTED, GRANTED, ENDED, TAKEN], {"k1": {"j1": ["hold", "capture"]}})
    found.assert_sound()
    assert (found.acknowledged, found.retried, found.replayed) == (2, 1, 1)


@pytest.mark.parametrize(
    ("effects", "lost", "doubled"),
    [
        ({}, ["j1", "k2"], []),
        ({"k1": {"j1": ["hold"]}}, ["k2"], []),
        ({"k1": {"j1": ["hold", "capture"], "j2": ["hold"]}}, [], ["k1"]),
        ({"k1": {"j1": ["hold", "capture", "capture"]}}, [], ["j1"]),
    ],
)
def test_what_is_missing_is_lost_and_what_is_there_twice_is_doubled(
    tmp_path: Path, effects: dict[str, dict[str, list[str]]], lost: list[str], doubled: list[str]
) -> None:
    found = account(tmp_path, [STARTED, GRANTED, ENDED, TAKEN], effects)
    assert (found.lost, found.doubled) == (lost, doubled)
    with pytest.raises(AssertionError):
        found.assert_sound()


@pytest.mark.parametrize(
    "line",
    [GRANTED | {"status": 500}, {"refused": 503, "retry_after": None, "s": 1.0}],
)
def test_an_answer_that_is_none_is_noticed(tmp_path: Path, line: dict[str, Any]) -> None:
    lines = [STARTED, line] if "status" in line else [STARTED, line, GRANTED]
    with pytest.raises(AssertionError):
        account(tmp_path, lines, {"k1": {"j1": ["hold"]}}).assert_sound()


def test_a_request_that_was_never_answered_is_noticed(tmp_path: Path) -> None:
    assert account(tmp_path, [STARTED], {}).unexpected == [STARTED]
