"""Runs the example's web server and worker as child processes of one terminal. For the command `demo`."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing

STOP_WITHIN_S = 10
READY_WITHIN_S = 60

Write = Callable[[str], object]


def port_is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen there now."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def serve(*, host: str, port: int, on_ready: Callable[[], None], write: Write) -> None:
    """Run web server and worker until Ctrl-C, SIGTERM or the end of one; `on_ready` runs once they answer.

    Raises:
        RuntimeError: one of them ended by itself.
    """
    # One way to stop. SIGINT too, because a shell starts background processes with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    children: dict[str, subprocess.Popen[str]] = {}
    try:
        for name, command in _commands(host, port).items():
            children[name] = _start(name, command, write)
        _wait_until_ready(host, port, children)
        on_ready()
        while True:
            _check_alive(children)
            time.sleep(0.2)
    except KeyboardInterrupt:
        write("Stopping.")
    finally:
        _stop(children.values())


def _commands(host: str, port: int) -> Mapping[str, Sequence[str]]:
    # One process with threads: SQLite lets only one process write well, and an example needs no more.
    server = [
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        "1",
        "--blocking-threads",
        "8",
    ]
    return {
        "web": [sys.executable, "-m", "granian", *server, "--no-ws", "portal.wsgi:application"],
        "worker": [sys.executable, sys.argv[0], "worker"],
    }


def _start(name: str, command: Sequence[str], write: Write) -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        # Ctrl-C reaches this process alone, which then ends each child once: Granian may hang on a second signal.
        process_group=0,
    )
    threading.Thread(target=_copy_lines, args=(name, process, write), daemon=True).start()
    return process


def _copy_lines(name: str, process: subprocess.Popen[str], write: Write) -> None:
    assert process.stdout is not None, "started with a pipe"
    for line in process.stdout:
        write(f"{name:>6} | {line.rstrip()}")


def _wait_until_ready(host: str, port: int, children: Mapping[str, subprocess.Popen[str]]) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not _answers(host, port):
        _check_alive(children)
        if time.monotonic() > deadline:
            raise RuntimeError(f"The web server did not answer within {READY_WITHIN_S} s.")
        time.sleep(0.1)


def _answers(host: str, port: int) -> bool:
    with closing(http.client.HTTPConnection(host, port, timeout=10)) as client:
        try:
            client.request("GET", "/")
            client.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        return True


def _check_alive(children: Mapping[str, subprocess.Popen[str]]) -> None:
    for name, process in children.items():
        if process.poll() is not None:
            raise RuntimeError(f"The {name} process ended by itself (exit status {process.returncode}).")


def _stop(processes: Collection[subprocess.Popen[str]]) -> None:
    # An impatient second Ctrl-C must not leave a child behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
