"""Starts a real server on the test's own database, with clocks that the test sets."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.db import connection

START_TIMEOUT_S = 60


@contextmanager
def running_server(directory: Path) -> Iterator[int]:
    """Serve the site with granian until the end of the block; yield its port."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "1", "--port", str(port)]
    command = [sys.executable, "-m", "granian", *options, "tests.model.clocked_site:application"]
    with (directory / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=_surroundings(directory), stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=START_TIMEOUT_S)


def _surroundings(directory: Path) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return {
        **known,
        "ALLOWED_HOSTS": "127.0.0.1",
        "API_REQUESTS_PER_MINUTE": str(10**9),
        "DATABASE_URL": _address_of_the_tests_database(),
        "DEBUG": "false",
        "DEMO": "false",
        "HTTPS": "false",
        "OIDC_PRIVATE_KEY": settings.IDP_OIDC_PRIVATE_KEY,
        "SECRET_KEY": settings.SECRET_KEY,
        "VAR_DIR": str(directory),
    }


def _address_of_the_tests_database() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    # The socket's directory is among the options there: whoever asks Django for the host finds nothing.
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database['NAME']}").geturl()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")
