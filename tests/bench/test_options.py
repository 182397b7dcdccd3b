"""What a run is asked for comes from the environment, and nonsense is refused in one sentence."""

import pytest

from bench.options import GROUPS, read_options


def test_a_full_run_has_a_million_transactions_and_five_rounds() -> None:
    options = read_options({})
    assert (options.entries, options.rounds, options.flush_us, options.out) == (2_000_000, 5, 0, None)
    assert options.only == set(GROUPS)


def test_a_short_run_is_short() -> None:
    options = read_options({"SHORT": "1"})
    assert options.short
    assert options.rounds == 3
    assert options.entries < 100_000


def test_groups_history_and_flush_can_be_chosen() -> None:
    options = read_options({"ONLY": "http, hot", "HISTORY": "10000000", "BENCH_FLUSH": "1ms", "OUT": "x.json"})
    assert options.wants("hot")
    assert not options.wants("export")
    assert (options.entries, options.flush_us, str(options.out)) == (10_000_000, 1000, "x.json")


@pytest.mark.parametrize(
    "asked", [{"ONLY": "everything"}, {"HISTORY": "999"}, {"HISTORY": "many"}, {"BENCH_FLUSH": "fast"}]
)
def test_nonsense_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(SystemExit, match=next(iter(asked))):
        read_options(asked)
