"""Starts web servers as docs/operations.md says, for our site and for what it is compared to alike."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from bench.processes import Failed, child, tail

WORKERS: Final = os.cpu_count() or 1
THREADS: Final = 16
_READY_WITHIN_S: Final = 60


@contextmanager
def web_server(
    *, environment: Mapping[str, str], log: Path, application: str = "portal.wsgi:application"
) -> Iterator[str]:
    """Serve an application and yield its address."""
    port = _free_port()
    options = ["--interface", "wsgi", "--no-ws", "--host", "127.0.0.1", "--port", str(port)]
    options += ["--workers", str(WORKERS), "--blocking-threads", str(THREADS)]
    with child([sys.executable, "-m", "granian", *options, application], environment=environment, log=log) as server:
        _wait_until_ready(server, port, log)
        yield f"http://127.0.0.1:{port}"


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(server: "subprocess.Popen[str]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while not _answers(port):
        if server.poll() is not None or time.monotonic() > deadline:
            raise Failed(f"A web server did not start:\n{tail(log)}")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        try:
            client.request("GET", "/healthz")
            client.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        return True
