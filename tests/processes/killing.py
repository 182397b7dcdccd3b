"""Kills processes in the midst of their work, whatever the machine's speed, and lets others finish it.

The work is done in steps that the test gives leave to (tests/processes/stepped.py), so none can end before its killer
comes, and what a process said is done must be found by the next.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.migrated import fill
from tests.postgres_server import running_server

KILLS = 3
"""How many processes are killed, one after the other."""
STEPS = 5
"""How many steps each of them is seen to do before the one in which it is killed."""


@dataclass(frozen=True)
class Workplace:
    """A database of its own, and how processes are started on it."""

    environment: dict[str, str]

    def prepare(self, module: str) -> None:
        """Let a process make the tables and what there is to do."""
        assert self._start_alone(module, "prepare").wait() == 0

    def kill_midway(self, module: str) -> dict[str, Any]:
        """Start a process, kill it in the midst of a step, and return the state that it found."""
        process = self._start(module, "work")
        assert process.stdin
        assert process.stdout
        state: dict[str, Any] = json.loads(process.stdout.readline())
        longest_s = 0.0
        for _ in range(STEPS):
            began = time.monotonic()
            self._give_leave(process)
            assert process.stdout.readline() == "done\n"
            longest_s = max(longest_s, time.monotonic() - began)
        self._give_leave(process)
        time.sleep(random.uniform(0, longest_s))
        process.kill()
        process.communicate()
        return state

    def finish(self, module: str, *, together: int) -> None:
        """Let so many processes work to the end at once."""
        processes = [self._start_alone(module, "work") for _ in range(together)]
        assert [process.wait() for process in processes] == [0] * together

    def state(self, module: str) -> dict[str, Any]:
        """Return the state that one more process finds."""
        process = self._start(module, "work")
        said, _ = process.communicate()
        state: dict[str, Any] = json.loads(said.splitlines()[0])
        return state

    def _start(self, module: str, verb: str) -> subprocess.Popen[str]:
        command, pipe = [sys.executable, "-m", module, verb], subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, stdin=pipe, stdout=pipe, text=True)

    def _start_alone(self, module: str, verb: str) -> subprocess.Popen[str]:
        command, nobody = [sys.executable, "-m", module, verb], subprocess.DEVNULL
        return subprocess.Popen(command, env=self.environment, stdin=nobody, stdout=nobody, text=True)

    @staticmethod
    def _give_leave(process: subprocess.Popen[str]) -> None:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()


@pytest.fixture(params=["sqlite", "postgresql"])
def workplace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workplace]:
    """A file that survives its writer, or a server that is not killed with its clients."""
    settings = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    with ExitStack() as servers:
        url = f"sqlite:///{tmp_path / 'own.sqlite3'}"
        if request.param == "postgresql":
            url = servers.enter_context(running_server(durable=False))
        fill(url)
        yield Workplace(settings | {"DATABASE_URL": url})
