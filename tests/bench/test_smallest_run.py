"""The smallest round of everything that needs neither the neighbours nor a load generator, on a server of its own."""

from collections.abc import Iterator

import pytest

from bench.limit.calls import Limit
from bench.options import read_options
from bench.progress import Progress
from bench.report import Line, compare
from bench.run import measure_all
from bench.stage import LARGE, Stage, a_stage

pytestmark = pytest.mark.own_database
SMALLEST = {"HISTORY": "1000", "ROUNDS": "1", "SECONDS": "0.01", "ONLY": "batch,reads"}
FLUSH_MS = 5


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with a_stage(read_options(SMALLEST), tell=lambda what: None) as found:
        yield found


@pytest.fixture(scope="module")
def lines(stage: Stage) -> list[Line]:
    with Progress() as progress:
        measured = measure_all(stage, progress)
    assert measured.failures == {}
    return compare(measured.rows)


def test_every_contestant_has_its_row(lines: list[Line]) -> None:
    values = {line.name: line.value for line in lines}
    assert all(value > 0 for value in values.values())
    assert {"set-based, pgbench, batch of 100", "ours in process, settle 1000", "GET /usage of a year"} <= set(values)
    assert values["GET /usage of a year, SQL statements"] >= 3


def test_a_ratio_is_to_a_row_of_the_same_run(lines: list[Line]) -> None:
    values = {line.name: line.value for line in lines}
    compared = [line for line in lines if line.reference]
    assert {line.name for line in compared} == {"ours in process, batch of 100", "ours in process, batch of 1000"}
    assert all(line.ratio == line.value / values[line.reference or ""] for line in compared)


def test_a_flush_takes_the_time_that_was_chosen(stage: Stage) -> None:
    assert stage.cluster.flush.can_be_chosen, "the flush time is chosen by a small library: install gcc"
    limit = Limit(stage.cluster, LARGE, stage.ours(LARGE).facts["limit"], stage.directory)
    stage.cluster.flush.choose(FLUSH_MS * 1000)
    slow = limit.single(clients=1, seconds=1)
    stage.cluster.flush.choose(0)
    assert slow["p50_ms"] > FLUSH_MS
    assert slow["rate"] < 1000 / FLUSH_MS


def test_the_books_are_sound_after_loading_and_measuring(lines: list[Line], stage: Stage) -> None:
    with stage.cluster.connect(LARGE) as connection:
        found = connection.execute("SELECT COUNT(*) FROM ledger_entry").fetchone()
    assert found
    assert found[0] > 1000
    stage.manage("verify_ledger", database_url=stage.site(LARGE))
