"""What a run stands on: its directory, the PostgreSQL server, databases with and without history, environments."""

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from bench.cluster import Cluster, running_cluster
from bench.options import SMALL_HISTORY, Options
from bench.processes import Failed, Worker, child, run, tail, worker
from portal import local_secrets

EMPTY: Final = "empty"
LARGE: Final = "large"
SMALL: Final = "small"
EXPORTED: Final = "exported"


@dataclass
class Stage:
    """One run's server and directory. What is made here is made on first use and removed with the run."""

    options: Options
    directory: Path
    cluster: Cluster
    stack: ExitStack
    tell: Callable[[str], object]
    _databases: set[str] = field(default_factory=set)
    _workers: dict[str, Worker] = field(default_factory=dict)

    def environment(self, database_url: str) -> dict[str, str]:
        """Return the environment of our site as in production, but for HTTPS, which a proxy would end."""
        return self.bare_environment() | {
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
            "API_REQUESTS_PER_MINUTE": "100000000",
            "CONN_MAX_AGE": "600",
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "HTTPS": "false",
            "LOG_LEVEL": "WARNING",
            "OIDC_PRIVATE_KEY": local_secrets.oidc_private_key(self.directory),
            "SECRET_KEY": self._secret,
            "STATIC_ROOT": str(self.directory / "static"),
            "VAR_DIR": str(self.directory / "site"),
        }

    def bare_environment(self) -> dict[str, str]:
        """Return our environment without what would change a site's settings."""
        kept = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")
        return {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONUNBUFFERED": "1"}

    @cached_property
    def _secret(self) -> str:
        return secrets.token_urlsafe(50)

    def log(self, name: str) -> Path:
        """Return where a process writes what it has to say."""
        return self.directory / f"{name.replace(' ', '-').replace('/', '-')}.log"

    def manage(self, *arguments: str, database_url: str) -> None:
        """Run one of our site's commands."""
        command = [sys.executable, "manage.py", *arguments]
        run(command, environment=self.environment(database_url), log=self.log(f"manage-{arguments[0]}"))

    def site(self, name: str) -> str:
        """Return the URL of one of our databases: empty, or with a small or a large history."""
        if name not in self._databases:
            self._databases.add(name)
            if name == EMPTY:
                self._migrate()
            else:
                self.cluster.create(name, like=self._name_of_empty())
                self._load(name, self._entries(name))
        return self.cluster.url(name)

    def _name_of_empty(self) -> str:
        self.site(EMPTY)
        return EMPTY

    def _migrate(self) -> None:
        self.tell("migrate")
        self.cluster.create(EMPTY)
        environment = self.environment(self.cluster.url(EMPTY))
        run([sys.executable, "-m", "bench.ours.prepare"], environment=environment, log=self.log("prepare"))

    @property
    def exported_entries(self) -> int:
        """How many entries of one contract are exported."""
        return 50_000 if self.options.short else 1_000_000

    def _entries(self, name: str) -> int:
        return {LARGE: self.options.entries, SMALL: SMALL_HISTORY, EXPORTED: self.exported_entries}[name]

    def _load(self, name: str, entries: int) -> None:
        log = self.log(f"history-{name}")
        environment = self.environment(self.cluster.url(name))
        command = [sys.executable, "-m", "bench.history", str(entries), *(["alone"] if name == EXPORTED else [])]
        with child(command, environment=environment, log=log, talks=True) as process:
            assert process.stdout, "it talks"
            for line in process.stdout:
                self.tell(f"{entries} entries: {line.strip()}")
            if process.wait():
                raise Failed(f"The history was not loaded:\n{tail(log)}")

    def ours(self, name: str) -> Worker:
        """Return the worker of ours on one of our databases."""
        if name not in self._workers:
            self._workers[name] = self._worker(name, self.site(name))
        return self._workers[name]

    def _worker(self, name: str, database_url: str) -> Worker:
        environment = self.environment(database_url)
        return self.stack.enter_context(worker("bench.ours", environment=environment, log=self.log(f"ours-{name}")))

    def sqlite(self) -> Worker:
        """Start a worker of ours on a SQLite file of its own."""
        self.tell("SQLite")
        url = f"sqlite:///{self.directory / 'bench.sqlite3'}"
        self.manage("migrate", "--verbosity=0", database_url=url)
        return self._worker("sqlite", url)


@contextmanager
def a_stage(options: Options, tell: Callable[[str], object]) -> Iterator[Stage]:
    """Set a stage up, and remove everything in the end."""
    directory = Path(mkdtemp(prefix="chbench-"))
    directory.chmod(0o755)  # the server runs as another user and reads the flush time here
    try:
        with ExitStack() as stack:
            tell("PostgreSQL")
            cluster = stack.enter_context(running_cluster(directory))
            yield Stage(options, directory, cluster, stack, tell)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
