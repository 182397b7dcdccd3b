"""The site as it is run: migrated, one web server process with threads, a worker. Killed and started by tests."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.faults.processes import Nursery, Running, kill_group
from tests.house.sources import ROOT
from tests.migrated import fill

START_TIMEOUT_S = 240
PATIENCE_S = 2.0


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Site:
    """A production site on a database of its own, on a port that stays the same whatever is killed."""

    def __init__(self, directory: Path, database_url: str, **environment: str) -> None:
        self.directory, self.port = directory, free_port()
        self.database_url = database_url
        ours = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "EXPECTED_VENDOR"}
        self.environment = {name: value for name, value in os.environ.items() if name not in ours} | {
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": database_url,
            "DEBUG": "false",
            "DEMO": "false",
            "HTTPS": "false",
            "SECRET_KEY": "faults " + "x" * 50,
            "VAR_DIR": str(directory),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "OIDC_PRIVATE_KEY": "unused",
            "LOG_LEVEL": "WARNING",
            "DATABASE_PATIENCE_S": str(PATIENCE_S),
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        }
        self.served_with = self.environment
        self.web: Running | None = None
        self.nursery: Nursery | None = None

    def prepare(self) -> dict[str, Any]:
        """Migrate, make the small world and return its facts."""
        fill(self.database_url)
        self.run("manage.py", "migrate", "--verbosity=0")
        self.run("manage.py", "createcachetable")
        facts: dict[str, Any] = json.loads(self.run("-m", "tests.faults.programs.world"))
        return facts

    def run(self, *command: str, check: bool = True) -> str:
        """Run a program of the checkout to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0 or not check, done.stderr[-4000:]
        return done.stdout

    def open_nursery(self) -> None:
        """Let later processes be born ready, so that hundreds of starts take minutes and not hours."""
        self.nursery = Nursery(self.served_with, self.port, self.directory / "web.log")

    def start_web(self) -> None:
        """Start the web server; it may take a moment before it answers."""
        if self.nursery:
            self.web = self.nursery.start("web")
            return
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"]
        command = [sys.executable, "-m", "granian", *options, "--blocking-threads", "8", "portal.wsgi:application"]
        self.web = self._start(command, "web.log", self.served_with)

    def start_worker_to_kill(self, *options: str) -> Running:
        """Start a worker, in the nursery where there is one."""
        if self.nursery:
            return self.nursery.start(" ".join(["worker", *options]))
        return self.start_worker(*options)

    def start_worker(self, *options: str) -> "subprocess.Popen[bytes]":
        return self._start([sys.executable, "manage.py", "worker", *options], "worker.log", self.served_with)

    def _start(self, command: list[str], log: str, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        with (self.directory / log).open("ab") as output:
            return subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )

    def kill_web(self) -> None:
        """Kill every process of the web server at once."""
        assert self.web
        kill_group(self.web)

    def stop(self) -> None:
        """End whatever runs."""
        if self.web:
            self.kill_web()
        if self.nursery:
            self.nursery.end()

    def get(self, path: str, *, timeout_s: float = 15, token: str = "") -> tuple[int, Message, bytes]:
        """Ask for a page; status 0 is no answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            with urlopen(Request(f"http://127.0.0.1:{self.port}{path}", headers=headers), timeout=timeout_s) as answer:
                return answer.status, answer.headers, answer.read()
        except HTTPError as error:
            return error.code, error.headers, error.read()
        except (URLError, OSError):
            return 0, Message(), b""

    def wait_until(self, path: str, status: int, *, within_s: float = START_TIMEOUT_S) -> Message:
        """Wait for this status and return the answer's headers."""
        deadline = time.monotonic() + within_s
        while True:
            found, headers, content = self.get(path)
            if found == status:
                return headers
            assert time.monotonic() < deadline, (path, found, content[:500], self.log()[-2000:])
            time.sleep(0.05)

    def log(self) -> str:
        return (self.directory / "web.log").read_text()

    def verify(self) -> str:
        """Recompute the books; an AssertionError names what is wrong."""
        return self.run("manage.py", "verify_ledger").strip()
