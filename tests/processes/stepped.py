"""Lets a process work one step at a time, for a test that kills it in the midst of one: the child's side of `killing`.

The process says its state, then before each step waits for a line on its standard input and after it says that it is
done. Where nobody writes to it any more, it works on to its end.
"""

import json
import sys
from typing import Any

from ledger.progress import Progress


def say(state: dict[str, Any]) -> None:
    """Say the state before the first step, and wait for leave to begin."""
    _say(json.dumps(state))
    sys.stdin.readline()


def step_done() -> None:
    """Say that a step is done, and wait for leave for the next."""
    _say("done")
    sys.stdin.readline()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Steps(Progress):
    """Takes each batch of a verb for a step."""

    def advance(self, count: int = 1) -> None:
        """Wait after each batch."""
        step_done()
