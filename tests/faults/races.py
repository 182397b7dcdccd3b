"""One key at the same moment on two pools, through two web servers: one of all these requests takes effect."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.faults.campaign import Outcome
from tests.faults.http import start
from tests.faults.ledger import effects_of
from tests.faults.stages import Stage, on_two_servers

NAME = "same key on two pools"
RACERS = 8


def race_keys(*, kills: int, seed: int, told: Callable[[Outcome], object] = lambda outcome: None) -> Outcome:
    """Race `kills` keys, eight requests each."""
    chance, outcome = random.Random(f"{NAME}/{seed}"), Outcome(NAME, seed)
    with on_two_servers() as stage, ThreadPoolExecutor(RACERS) as racers:
        for number in range(kills):
            key = f"race-{seed}-{number}-{chance.getrandbits(32)}"
            _judge(outcome, key, _race(stage, racers, key))
            outcome.rounds += 1
            told(outcome)
        for key, jobs in effects_of(stage.site.database_url, f"race-{seed}").items():
            outcome.account.doubled += [key] * (len(jobs) > 1 or any(kinds["hold"] != 1 for kinds in jobs.values()))
        outcome.account.lost += _lost(outcome, set(effects_of(stage.site.database_url, f"race-{seed}")))
        outcome.verified = stage.site.verify()
    return outcome


def _race(stage: Stage, racers: ThreadPoolExecutor, key: str) -> list[tuple[int, dict[str, Any]]]:
    """Send the same key eight times at once, half of them for each contract, half of them through each server."""
    assert stage.second
    ports, gate = (stage.site.port, stage.second.port), threading.Barrier(RACERS)

    def send(number: int) -> tuple[int, dict[str, Any]]:
        gate.wait()
        return start(stage, key, contract=number % 2, port=ports[number // 2 % 2])

    return list(racers.map(send, range(RACERS)))


def _judge(outcome: Outcome, key: str, answers: list[tuple[int, dict[str, Any]]]) -> None:
    """Whoever asked for what the first one asked for has its answer; the others hear that the key is taken."""
    granted = {body["id"] for status, body in answers if status == 201}
    account = outcome.account
    account.acknowledged += bool(granted)
    account.replayed += sum(body["headers"].get("Idempotent-Replayed") == "true" for _, body in answers)
    account.doubled += [key] * (len(granted) > 1)
    account.unexpected += [
        (status, body)
        for status, body in answers
        if status != 201 and body.get("code") not in {"idempotency_key_reused", "idempotency_in_progress"}
    ]
    if not granted:
        account.unexpected.append((key, answers))


def _lost(outcome: Outcome, kept: set[str]) -> list[str]:
    return ["keys"] * (outcome.account.acknowledged - len(kept))
