"""The same key at the same moment on two pools takes effect once. `make faults` races some hundred keys."""

from tests.faults.races import RACERS, race_keys


def test_one_key_raced_on_two_pools_takes_effect_once() -> None:
    outcome = race_keys(kills=10, seed=1)
    outcome.assert_sound()
    assert outcome.account.acknowledged == 10
    assert outcome.account.replayed == 10 * (RACERS // 2 - 1)
