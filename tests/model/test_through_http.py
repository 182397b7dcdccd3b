"""Random programs through the API, answer by answer and balance by balance against the oracle.

MODEL_STEPS makes the round longer and SEED another one; see `make model`.
"""

import gc
import logging
import os
import sys
import time
from collections.abc import Iterator
from random import Random

import pytest
from django.db import connection
from django.test import override_settings
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.ledger.steps import START
from tests.model.clocks import standing_still
from tests.model.machine import Tally
from tests.model.site_machine import SiteMachine
from tests.model.stage import Stage
from tests.model.transports import InProcess

STEPS = int(os.environ.get("MODEL_STEPS", "800"))
SEED = int(os.environ.get("SEED", "1"))
STEPS_A_PROGRAM = 50
PROGRAMS_A_ROUND = 5 if STEPS < 5_000 else 20


@pytest.fixture
def machine(transactional_db: None) -> Iterator[type[SiteMachine]]:
    """The machine on an empty database, with standing clocks; it asks through Django's test client."""
    with override_settings(API_REQUESTS_PER_MINUTE=10**9), standing_still(START) as clocks:
        stage = Stage()
        stage.set_up()

        class Machine(SiteMachine):
            """This test's own."""

        Machine.stage, Machine.clocks, Machine.transport, Machine.tally = stage, clocks, InProcess(), Tally()
        logging.disable(logging.WARNING)  # most of the refusals are what is wanted
        yield Machine
        logging.disable(logging.NOTSET)


def play(machine: type[SiteMachine], steps: int) -> None:
    """Run rounds of programs until so many steps are done; each round is repeatable by its seed."""
    started, worked, numbers = time.perf_counter(), time.process_time(), Random(SEED)
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    while machine.tally.steps < steps:
        number = numbers.randrange(2**32)
        seed(number)(machine)
        run_state_machine_as_test(machine, settings=a_round(number))
        tally, spent_s, cpu_s = machine.tally, time.perf_counter() - started, time.process_time() - worked
        sys.stdout.write(
            f"{connection.vendor} seed {SEED} round {number}: {tally.steps} steps in {tally.programs} programs,"
            f" {tally.steps / spent_s:.0f} steps/s ({tally.steps / cpu_s:.0f} per second of CPU), 0 disagreements;"
            f" answers {dict(sorted(tally.answers.items()))}\n"
        )
        sys.stdout.flush()


def a_round(number: int) -> settings:
    return settings(
        max_examples=PROGRAMS_A_ROUND,
        stateful_step_count=STEPS_A_PROGRAM,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        derandomize=False,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )


def test_the_site_answers_as_the_rules_say(machine: type[SiteMachine]) -> None:
    play(machine, STEPS)
    assert machine.tally.steps >= STEPS
