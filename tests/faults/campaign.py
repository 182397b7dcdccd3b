"""Strikes a fault again and again while a client charges, and counts what became of what the client was promised."""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from tests.faults import stages
from tests.faults.client import Account, Client
from tests.faults.stages import Stage

KILLS_PER_CLIENT = 20


@dataclass(frozen=True)
class Fault:
    """What breaks, and where. `strike` returns once whatever was killed has been started again."""

    name: str
    strike: Callable[[Stage, random.Random], object]
    stage: Callable[[], AbstractContextManager[Stage]] = stages.on_postgres


@dataclass
class Outcome:
    """What a campaign counted. Times are seconds from the strike to the next answer."""

    name: str
    seed: int
    rounds: int = 0
    account: Account = field(default_factory=Account)
    back_after_s: list[float] = field(default_factory=list)
    verified: str = ""

    def assert_sound(self) -> None:
        self.account.assert_sound()
        assert self.verified.startswith("The books are sound"), self.verified


def strike_often(
    fault: Fault, *, kills: int, seed: int, told: Callable[[Outcome], object] = lambda outcome: None
) -> Outcome:
    """Strike `kills` times. The same seed gives the same requests and pauses; what they meet is up to the machine."""
    with fault.stage() as stage:
        stage.site.open_nursery()
        return strike_on(stage, fault, kills=kills, seed=seed, told=told)


def strike_on(
    stage: Stage, fault: Fault, *, kills: int, seed: int, told: Callable[[Outcome], object] = lambda outcome: None
) -> Outcome:
    """Strike on a stage that is there already."""
    chance, outcome = random.Random(f"{fault.name}/{seed}"), Outcome(fault.name, seed)
    while outcome.rounds < kills:
        run = f"{fault.name.replace(' ', '-')}-{outcome.rounds}"
        client = Client(stage.site, stage.facts, run=run, seed=seed + outcome.rounds, port=stage.client_port)
        try:
            for _ in range(min(KILLS_PER_CLIENT, kills - outcome.rounds)):
                client.wait_for(chance.randint(2, 8))
                time.sleep(chance.random() * 0.05)
                began = time.monotonic()
                fault.strike(stage, chance)
                client.wait_for(1)
                outcome.back_after_s.append(time.monotonic() - began)
                outcome.rounds += 1
                told(outcome)
            outcome.account += client.finish()
        finally:
            client.kill()
    outcome.verified = stage.site.verify()
    return outcome
