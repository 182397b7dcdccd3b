"""A folder that is killed half-way leaves nothing half counted: the next one goes on, and reports never differ."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.postgres_server import running_server

JOBS = 120
KILLS = 4
"""How many folders are killed, one after the other."""


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A database of its own, prepared: a file that survives its writer, or a server that forgets nothing."""
    settings = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    if request.param == "sqlite":
        yield settings | {"DATABASE_URL": f"sqlite:///{tmp_path / 'folded.sqlite3'}"}
        return
    with running_server(durable=True) as url:
        yield settings | {"DATABASE_URL": url}


def start(environment: dict[str, str], verb: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.processes.folders", verb]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def said(folder: subprocess.Popen[str]) -> dict[str, Any]:
    assert folder.stdout
    state: dict[str, Any] = json.loads(folder.stdout.readline())
    return state


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode == 0


def test_killed_folders_count_nothing_twice_and_lose_nothing(environment: dict[str, str]) -> None:
    finish(start(environment, "prepare"))
    marks = []
    for _ in range(KILLS):
        folder = start(environment, "fold")
        state = said(folder)
        assert (state["equal"], state["months equal"], state["jobs"]) == (True, True, JOBS)
        marks.append(state["folded"])
        time.sleep(random.uniform(0.02, 0.15))
        folder.kill()
        folder.communicate()
    assert marks == sorted(marks)
    for folder in [start(environment, "fold") for _ in range(2)]:
        finish(folder)
    last = start(environment, "fold")
    end = said(last)
    finish(last)
    assert end["folded"] == end["last"] > marks[-1]
    assert (end["equal"], end["months equal"], end["jobs"], end["levels"]) == (True, True, JOBS, 12)
