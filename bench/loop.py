"""The inside of a worker process: measures one kind of work at a time, as asked by lines of JSON on its input.

Standard library only: the neighbours' own environments run it too. Each worker first prints a line with its facts.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol


class Work(Protocol):
    """One thread's repeated piece of work."""

    def before(self) -> None:
        """Prepare the next call; not part of its time."""

    def call(self) -> int:
        """Do it once and return how many charges (or answers) that was."""

    def after(self) -> Mapping[str, float]:
        """Tidy up at the end and return further figures."""


class Repeated:
    """Work that is one function called again and again."""

    def __init__(self, function: Callable[[], int], close: Callable[[], object] = lambda: None) -> None:
        self._function = function
        self._close = close

    def before(self) -> None:
        """Nothing to prepare."""

    def call(self) -> int:
        """Call the function."""
        return self._function()

    def after(self) -> Mapping[str, float]:
        """Close what the thread had open."""
        self._close()
        return {}


Kinds = Mapping[str, Callable[[], Work]]
Answers = Mapping[str, Callable[..., Any]]
"""What a worker can be asked for besides measurements."""


class _Thread(threading.Thread):
    """Warms up, waits for the others, then works until the time is over. An error ends it and is raised in `result`."""

    def __init__(self, make: Callable[[], Work], gate: threading.Barrier, seconds: float) -> None:
        super().__init__(daemon=True)
        self.make, self.gate, self.seconds = make, gate, seconds
        self.done = 0
        self.taken_s: list[float] = []
        self.figures: Mapping[str, float] = {}
        self.error: BaseException | None = None

    def run(self) -> None:
        """Do the work."""
        try:
            work = self.make()
            work.before()
            work.call()
            self.gate.wait()
            self._work(work)
            self.figures = work.after()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the main thread raises it
            self.error = error
            self.gate.abort()

    def _work(self, work: Work) -> None:
        end = time.perf_counter() + self.seconds
        while not self.taken_s or time.perf_counter() < end:
            work.before()
            began = time.perf_counter()
            self.done += work.call()
            self.taken_s.append(time.perf_counter() - began)


def measure(make: Callable[[], Work], *, threads: int, seconds: float) -> dict[str, float]:
    """Return the rate (per second) and the times (milliseconds) of work done by so many threads at once."""
    gate = threading.Barrier(threads + 1)
    workers = [_Thread(make, gate, seconds) for _ in range(threads)]
    for worker in workers:
        worker.start()
    with suppress(threading.BrokenBarrierError):
        gate.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    elapsed_s = time.perf_counter() - began
    for error in (worker.error for worker in workers if worker.error):
        if not isinstance(error, threading.BrokenBarrierError):
            raise error
    taken_s = sorted(taken for worker in workers for taken in worker.taken_s)
    # One thread's time is only its own calls: what it prepares in between does not count.
    busy_s = sum(taken_s) if threads == 1 else elapsed_s
    figures = {name: value for worker in workers for name, value in worker.figures.items()}
    return {"rate": sum(worker.done for worker in workers) / busy_s, **percentiles(taken_s), **figures}


def percentiles(taken_s: list[float]) -> dict[str, float]:
    """Return the middle and the tail of sorted times, in milliseconds."""
    return {
        f"p{share}_ms": 1000 * taken_s[min(len(taken_s) - 1, len(taken_s) * share // 100)] for share in (50, 95, 99)
    }


def serve(kinds: Kinds, facts: Mapping[str, Any], answers: Answers | None = None) -> None:
    """Print the facts, then do what each line of input asks for, until the input ends."""
    _say(facts)
    for line in sys.stdin:
        asked = json.loads(line)
        if "question" in asked:
            _say((answers or {})[asked["question"]](**asked["values"]))
        else:
            _say(measure(kinds[asked["kind"]], threads=asked["threads"], seconds=asked["seconds"]))


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
