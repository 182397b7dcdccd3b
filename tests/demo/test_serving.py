"""`manage.py demo` as people run it: one command, one terminal, and nothing left behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psycopg
import pytest
from django.conf import settings
from django.db import connection

START_TIMEOUT_S = 90
STOP_TIMEOUT_S = 40


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """An empty database of its own, of the kind that this run of the suite is about."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path}/site.sqlite3"
        return
    server, name = os.environ["DATABASE_URL"], f"demo_{os.getpid()}"
    with closing(psycopg.connect(server, autocommit=True)) as administrator:
        administrator.execute(f"CREATE DATABASE {name}")
        yield re.sub(r"/[^/?]*(\?|$)", rf"/{name}\1", server, count=1)
        administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def environment(tmp_path: Path, database_url: str) -> dict[str, str]:
    ours = {"SECRET_KEY", "DEMO", "DJANGO_SETTINGS_MODULE", "OIDC_PRIVATE_KEY"}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return inherited | {"VAR_DIR": str(tmp_path), "DATABASE_URL": database_url}


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def demo(*options: str) -> list[str]:
    return [sys.executable, "manage.py", "demo", *options]


def run(command: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, check=False, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)


def start(environment: dict[str, str], facts: Path, port: int) -> "subprocess.Popen[str]":
    """Start the example in a terminal of its own and return once its facts are there."""
    process = subprocess.Popen(
        demo("--port", str(port), "--facts", str(facts)),
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + START_TIMEOUT_S
    while not facts.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    if not facts.exists():
        process.terminate()
        raise AssertionError(process.communicate()[0])
    return process


def assert_stopped(process: "subprocess.Popen[str]", port: int) -> str:
    """Wait for the end; return what the terminal shows. Every child has let go of the terminal and the port."""
    output, _ = process.communicate(timeout=STOP_TIMEOUT_S)
    assert process.returncode == 0, output
    assert "Traceback" not in output
    with closing(socket.socket()) as client:
        assert client.connect_ex(("127.0.0.1", port)) != 0
    return output


def assert_compressed(address: str, *, to_at_most: int) -> None:
    with urlopen(Request(address, headers={"Accept-Encoding": "gzip"}), timeout=30) as file:
        assert file.headers["Content-Encoding"] == "gzip"
        assert file.headers["Cache-Control"].startswith("max-age=")
        assert 1000 < len(file.read()) <= to_at_most


def test_the_example_serves_and_stops_in_order(environment: dict[str, str], tmp_path: Path) -> None:
    port, path = free_port(), tmp_path / "facts.json"
    process = start(environment, path, port)
    facts: dict[str, Any] = json.loads(path.read_text())
    assert facts["base_url"] == f"http://127.0.0.1:{port}"
    with urlopen(f"{facts['base_url']}/accounts/login/", timeout=30) as page:
        assert page.status == 200
    assert_compressed(f"{facts['base_url']}/static/bootstrap/css/bootstrap.min.css", to_at_most=40_000)

    busy = run(demo("--port", str(port)), environment)
    assert busy.returncode == 1
    assert busy.stderr.count("\n") == 1
    assert f"Port {port} is in use" in busy.stderr

    process.send_signal(signal.SIGTERM)
    output = assert_stopped(process, port)
    for name, email in facts["emails"].items():
        assert email in output
        assert facts["passwords"][name] in output


def test_ctrl_c_ends_every_process(environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    process = start(environment, tmp_path / "facts.json", port)
    os.killpg(process.pid, signal.SIGINT)
    assert_stopped(process, port)


def test_a_real_site_is_never_made_a_demo(environment: dict[str, str]) -> None:
    real = environment | {"SECRET_KEY": settings.SECRET_KEY, "OIDC_PRIVATE_KEY": settings.IDP_OIDC_PRIVATE_KEY}
    refused = run(demo("--no-serve", "--reset"), real)
    assert refused.returncode == 1
    assert "not a demo" in refused.stderr
