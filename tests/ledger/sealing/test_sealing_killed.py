"""A sealer that is killed half-way leaves nothing half: its seals are whole, and the next one goes on after them."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres_server import running_server

KILLS = 4
"""How many sealers are killed, one after the other."""


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A database of its own, prepared: a file that survives its writer, or a server that forgets nothing."""
    settings = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    if request.param == "sqlite":
        yield settings | {"DATABASE_URL": f"sqlite:///{tmp_path / 'sealed.sqlite3'}"}
        return
    with running_server(durable=True) as url:
        yield settings | {"DATABASE_URL": url}


def start(environment: dict[str, str], verb: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.processes.sealers", verb]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def said(sealer: subprocess.Popen[str]) -> dict[str, int]:
    assert sealer.stdout
    state: dict[str, int] = json.loads(sealer.stdout.readline())
    return state


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode == 0


def test_killed_sealers_leave_whole_seals_and_the_next_goes_on(environment: dict[str, str]) -> None:
    finish(start(environment, "prepare"))
    marks = []
    for _ in range(KILLS):
        sealer = start(environment, "seal")
        state = said(sealer)
        assert (state["gaps"], state["differences"]) == (0, 0)
        marks.append(state["sealed"])
        time.sleep(random.uniform(0.02, 0.1))
        sealer.kill()
        sealer.communicate()
    assert marks == sorted(marks)
    for sealer in [start(environment, "seal") for _ in range(2)]:
        finish(sealer)
    last = start(environment, "seal")
    end = said(last)
    finish(last)
    assert (end["gaps"], end["differences"], end["unsealed"]) == (0, 0, 0)
    assert end["sealed"] == end["posted"] > marks[-1] > 0
