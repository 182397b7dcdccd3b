"""The loop inside a worker, and the rounds around it."""

import time
from collections.abc import Mapping

import pytest

from bench.cluster import FlushTime
from bench.loop import Repeated, measure
from bench.processes import Failed
from bench.rounds import Contestant, measure_in_turn, measurements


def sleep_1_ms() -> int:
    time.sleep(0.001)
    return 10


class Prepared(Repeated):
    """Work whose preparation is slow and whose call is not."""

    def before(self) -> None:
        time.sleep(0.02)


def test_the_rate_counts_what_the_calls_did() -> None:
    figures = measure(lambda: Repeated(sleep_1_ms), threads=1, seconds=0.1)
    assert 10 < figures["rate"] <= 10_000
    assert 1 <= figures["p50_ms"] <= figures["p95_ms"] <= figures["p99_ms"]


def test_preparation_is_not_measured() -> None:
    figures = measure(lambda: Prepared(lambda: 1), threads=1, seconds=0.1)
    assert figures["p50_ms"] < 20
    assert figures["rate"] > 50


def test_threads_work_side_by_side() -> None:
    alone = measure(lambda: Repeated(sleep_1_ms), threads=1, seconds=0.2)
    together = measure(lambda: Repeated(sleep_1_ms), threads=8, seconds=0.2)
    assert together["rate"] > 2 * alone["rate"]


def test_an_error_ends_the_measurement() -> None:
    with pytest.raises(ZeroDivisionError):
        measure(lambda: Repeated(lambda: 1 // 0), threads=4, seconds=1)


def test_rounds_take_turns_and_the_middle_counts() -> None:
    told: list[str] = []
    values = iter([1.0, 9.0, 2.0, 8.0, 3.0])

    def slow(_seconds: float) -> Mapping[str, float]:
        return {"rate": next(values)}

    contestants = [Contestant("a", slow, times=10), Contestant("b", lambda _: {"rate": 7.0}, once=True)]
    measured = measure_in_turn(contestants, rounds=3, seconds=0, flush=FlushTime(None), flush_us=0, tick=told.append)
    assert told == ["a", "b", "a", "a"]
    assert measurements(contestants, rounds=3) == len(told)
    assert [(row.name, row.value) for row in measured.rows] == [("a", 20.0), ("b", 7.0)]


def test_who_fails_is_named_and_the_others_go_on() -> None:
    def fail(_seconds: float) -> Mapping[str, float]:
        raise Failed("refused")

    told: list[str] = []
    contestants = [Contestant("a", fail), Contestant("b", lambda _: {"rate": 7.0})]
    measured = measure_in_turn(contestants, rounds=2, seconds=0, flush=FlushTime(None), flush_us=0, tick=told.append)
    assert told == ["a", "b", "b"]
    assert measured.failures == {"a": "refused"}
    assert [row.name for row in measured.rows] == ["b"]
