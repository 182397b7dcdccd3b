"""The benchmark's child processes: each has its log, none outlives the run."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench import ROOT

_STOP_WITHIN_S: Final = 15


class Failed(Exception):
    """A child process ended badly, or said something we do not understand; the message has its last lines."""


@contextmanager
def child(
    command: Sequence[str | Path], *, environment: Mapping[str, str], log: Path, talks: bool = False
) -> Iterator["subprocess.Popen[str]"]:
    """Start a process in the checkout; stop it in the end. One that `talks` has its input and output piped."""
    pipe = subprocess.PIPE if talks else subprocess.DEVNULL
    with log.open("w") as file:
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=pipe,
            stdout=subprocess.PIPE if talks else file,
            stderr=file,
            text=True,
            # Ctrl-C is for the benchmark, which then stops its children in order.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: "subprocess.Popen[str]") -> None:
    if process.stdin:
        process.stdin.close()
    process.terminate()
    if process.stdout:
        process.stdout.close()
    try:
        process.wait(timeout=_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run(command: Sequence[str | Path], *, environment: Mapping[str, str], log: Path) -> str:
    """Run a command to its end and return what it printed.

    Raises:
        Failed: it ended with an error.
    """
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    log.write_text(done.stdout + done.stderr)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))}\n{tail(log)}")
    return done.stdout


def tail(log: Path) -> str:
    """Return the end of a log."""
    return "\n".join(log.read_text().splitlines()[-25:])


class Worker:
    """A process that measures kinds of work (`bench.loop`)."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self._process, self._log = process, log
        self.facts: dict[str, Any] = self._hear()

    def measure(self, kind: str, *, threads: int = 1, seconds: float) -> dict[str, float]:
        """Return the figures of one measurement.

        Raises:
            Failed: the worker died of it.
        """
        return dict(self._say({"kind": kind, "threads": threads, "seconds": seconds}))

    def ask(self, question: str, **values: Any) -> Any:
        """Return the worker's answer to a question that it knows.

        Raises:
            Failed: the worker died of it.
        """
        return self._say({"question": question, "values": values})

    def _say(self, message: Mapping[str, Any]) -> Any:
        assert self._process.stdin, "a worker talks"
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> Any:
        assert self._process.stdout, "a worker talks"
        line = self._process.stdout.readline()
        if not line:
            raise Failed(f"A worker died:\n{tail(self._log)}")
        return json.loads(line)


@contextmanager
def worker(
    module: str, *arguments: str, environment: Mapping[str, str], log: Path, python: Path = Path(sys.executable)
) -> Iterator[Worker]:
    """Start `python -m module` as a worker, yield it once it is ready, stop it in the end."""
    with child([python, "-m", module, *arguments], environment=environment, log=log, talks=True) as process:
        yield Worker(process, log)
