"""Many processes count the same thing at once: `python -m tests.processes.counters PROCESSES EACH`.

Prints every number that one of them was told, as JSON. Wants a migrated database in DATABASE_URL.
"""

import json
import multiprocessing
import sys
import time

import django

django.setup()

from django.db import connections  # noqa: E402

from portal.limits import SharedCounters  # noqa: E402
from portal.models.counters import count_shared  # noqa: E402

LIMIT = 1000


def count(each: int, name: str, now: float, gate: "multiprocessing.synchronize.Barrier") -> tuple[list[int], int]:
    """Count `each` times with one statement a time, and then as the API's throttle does; return what was told."""
    gate.wait()
    told = [count_shared(name, window_s=3600, now=now) for _ in range(each)]
    throttle = SharedCounters(window_s=3600)
    for _ in range(each):
        last = throttle.count(f"{name}:throttle", limit=LIMIT, now=now)
    connections.close_all()
    return told, last


def main(processes: int, each: int) -> None:
    name, now = f"test:{time.time_ns()}", time.time()
    fork = multiprocessing.get_context("fork")
    gate, met = fork.Barrier(processes), fork.Queue()
    children = [
        fork.Process(target=lambda: met.put(count(each, name, now, gate)), daemon=True) for _ in range(processes)
    ]
    for child in children:
        child.start()
    found = [met.get(timeout=120) for _ in children]
    for child in children:
        child.join()
    told = sorted(number for numbers, _ in found for number in numbers)
    sys.stdout.write(json.dumps({"told": told, "throttle": max(last for _, last in found)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
