"""Processes of the site that tests start and kill: started as usual, or born ready in a nursery."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from tests.house.sources import ROOT

GONE_WITHIN_S = 60


class Running(Protocol):
    """A process that leads a group of its own."""

    pid: int

    def poll(self) -> int | None:
        """Return None as long as it runs."""


class Born:
    """A process that a nursery has forked, which waits for it in our place."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        with suppress(OSError):
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
            return 0 if state == "Z" else None
        return 0


class Nursery:
    """A process that has imported all of the code and forks others that begin at once."""

    def __init__(self, environment: dict[str, str], port: int, log: Path) -> None:
        command = [sys.executable, "-m", "tests.faults.programs.nursery", str(port)]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )

    def start(self, line: str) -> Born:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return Born(int(self._process.stdout.readline()))

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


def kill_group(process: Running) -> None:
    """Kill the process and all that it has started, and wait until it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + GONE_WITHIN_S
    while process.poll() is None:
        assert time.monotonic() < deadline, f"process {process.pid} survived"
        time.sleep(0.002)
