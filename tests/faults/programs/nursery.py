"""Starts web servers and workers in no time: `python -m tests.faults.programs.nursery PORT`.

It has imported all of the code once and forks for each line of standard input: `web`, `worker` or `worker --once`.
The answer is the new process's id; it leads a group of its own. What runs there is what the real commands run.
"""

import os
import signal
import sys
from collections.abc import Callable

import django
from django.core.management import call_command
from granian import Granian
from granian.constants import Interfaces

import portal.wsgi
from portal.api.openapi import openapi_document


def serve(port: int) -> None:
    Granian("portal.wsgi:application", port=port, interface=Interfaces.WSGI, workers=1, blocking_threads=8).serve()


def fork(run: Callable[[], object]) -> int:
    """Run it in a process of its own and return its id."""
    if child := os.fork():
        return child
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.close(0)
    os.dup2(2, 1)
    try:
        run()
    finally:
        os._exit(0)


def main(port: int) -> None:
    django.setup()
    openapi_document()
    portal.wsgi.application.load_middleware()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    runs: dict[str, Callable[[], object]] = {
        "web": lambda: serve(port),
        "worker": lambda: call_command("worker"),
        "worker --once": lambda: call_command("worker", once=True),
    }
    for line in sys.stdin:
        child = fork(runs[line.strip()])
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
