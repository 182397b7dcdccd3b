"""A real server under people who open connections and say half a sentence, or none at all."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from django.conf import settings

from tests.migrated import fill

pytestmark = pytest.mark.own_database
HALF_OPEN = 400
WITHIN_S = 1.0
START_WITHIN_S = 120
# A machine that is busy with other tests may miss once; the server itself answers each time or never.
TRIES = 5
HALVES = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
    b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nlogin=",
    b"G",
    b"",
)
LINE = b" HTTP/1.1\r\nHost: localhost\r\n"
TRICKS = {
    "two lengths": b"POST /healthz" + LINE + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a length that is no number": b"POST /healthz" + LINE + b"Content-Length: five\r\n\r\nhello",
    "a length below 0": b"POST /healthz" + LINE + b"Content-Length: -1\r\n\r\n",
    "a length and chunks": b"POST /healthz" + LINE + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    "chunks of no size": b"POST /healthz" + LINE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a header of 200 kB": b"GET /healthz" + LINE + b"X-A: " + b"x" * 200_000 + b"\r\n\r\n",
    "3,000 headers": b"GET /healthz" + LINE + b"".join(b"X-%d: a\r\n" % n for n in range(3000)) + b"\r\n",
    "a name with a space": b"GET /healthz" + LINE + b"X A: a\r\n\r\n",
    "a line that is folded": b"GET /healthz" + LINE + b"X-A: a\r\n b\r\n\r\n",
    "NUL in a header": b"GET /healthz" + LINE + b"X-A: a\x00b\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "HTTP 0.9": b"GET /healthz\r\n\r\n",
    "HTTP 9": b"GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
    "an address of 100 kB": b"GET /" + b"a" * 100_000 + LINE + b"\r\n",
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server of its own, as the demo starts it."""
    home: Path = tmp_path_factory.mktemp("site")
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        number = int(listener.getsockname()[1])
    given = {"DEMO": "true", "VAR_DIR": str(home), "DATABASE_URL": f"sqlite:///{home}/site.sqlite3"}
    environment = {**os.environ, **given, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    fill(given["DATABASE_URL"])
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=settings.BASE_DIR, env=environment, check=True)
    options = [
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(number),
        "--blocking-threads",
        "8",
        "--no-ws",
    ]
    command = [sys.executable, "-m", "granian", *options, "portal.wsgi:application"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log)
    try:
        _wait(number, server)
        yield number
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        assert server.poll() is None
        try:
            healthz_s(port)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server did not start")


def healthz_s(port: int, path: str = "/healthz") -> float:
    """How long an answer takes, over a connection of its own."""
    started = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        client.request("GET", path, headers={"Host": "localhost"})
        assert client.getresponse().status == 200
    return time.monotonic() - started


def test_400_half_open_connections_leave_the_site_answering(port: int) -> None:
    with ExitStack() as opened:
        for number in range(HALF_OPEN):
            half = opened.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=30)))
            half.sendall(HALVES[number % len(HALVES)])
        took = [healthz_s(port) for _ in range(TRIES)]
        assert min(took) < WITHIN_S, took
        assert sorted(took)[TRIES // 2] < WITHIN_S, took
        healthz_s(port, "/accounts/login/")
    assert healthz_s(port) < WITHIN_S * TRIES


@pytest.mark.parametrize("trick", TRICKS)
def test_a_request_that_is_none_is_refused_and_hurts_nobody(port: int, trick: str) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as client:
        client.sendall(TRICKS[trick])
        try:
            client.shutdown(socket.SHUT_WR)
            answer = client.recv(65_536)
        except OSError:  # the server has hung up, before or after it was told that nothing more comes
            answer = b""
    assert b" 500 " not in answer.split(b"\r\n")[0]
    assert b"Traceback" not in answer
    assert healthz_s(port) < WITHIN_S * TRIES
