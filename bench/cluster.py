"""The benchmark's own PostgreSQL: durable, tuned as docs/operations.md recommends, the same for every contestant."""

import shutil
import struct
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import psycopg

from bench import ROOT
from tests.postgres_server import running_server

TUNING: Final = (
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "wal_sync_method=fdatasync",
    "shared_buffers=2GB",
    "effective_cache_size=6GB",
    "work_mem=16MB",
    "maintenance_work_mem=512MB",
    "max_wal_size=8GB",
    "max_connections=300",
    "checkpoint_timeout=15min",
    "random_page_cost=1.1",
)


class FlushTime:
    """How long a flush of the log takes; kept in a file that the server reads at each flush."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.us = 0
        if path:
            path.write_bytes(struct.pack("I", 0))
            path.chmod(0o644)

    @property
    def can_be_chosen(self) -> bool:
        """Whether there was a compiler to make it so."""
        return self._path is not None

    def choose(self, us: int) -> None:
        """Make every flush take `us` microseconds from now on; 0 is the disk's own time."""
        if us == self.us:
            return
        assert self._path, "asked for only where it can be chosen"
        with self._path.open("r+b") as file:
            file.write(struct.pack("I", us))
        self.us = us

    def environment(self, library: Path) -> dict[str, str]:
        """Return what makes a server obey."""
        return {"LD_PRELOAD": str(library), "BENCH_FLUSH_FILE": str(self._path)}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server: `url` of any of its databases, and the time its flushes take."""

    directory: str
    flush: FlushTime

    def url(self, database: str) -> str:
        """Return the DATABASE_URL of one of its databases."""
        return f"postgres://postgres@/{database}?host={self.directory}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Return a connection that commits by itself."""
        return psycopg.connect(host=self.directory, user="postgres", dbname=database, autocommit=True)

    def create(self, database: str, *, like: str = "template1") -> None:
        """Make a database, as a copy of another."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{like}" STRATEGY file_copy')


@contextmanager
def running_cluster(directory: Path) -> Iterator[Cluster]:
    """Start the server, yield it, remove it all afterwards. `directory` is private to this run."""
    library = _flush_library(directory)
    flush = FlushTime(directory / "flush-us" if library else None)
    environment: Mapping[str, str] = flush.environment(library) if library else {}
    with running_server(durable=True, settings=TUNING, environment=environment) as url:
        yield Cluster(parse_qs(urlsplit(url).query)["host"][0], flush)


def _flush_library(directory: Path) -> Path | None:
    """Return the compiled `bench/flush.c`; None without a compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    library = directory / "flush.so"
    source = ROOT / "bench" / "flush.c"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)  # noqa: S603
    return library
