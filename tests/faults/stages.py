"""Where faults strike: a site with its database, prepared once and copied, and whatever stands around it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.faults.clock import Clock
from tests.faults.disk import Disk, small_disk
from tests.faults.postgres import Postgres
from tests.faults.proxy import Proxy
from tests.faults.site import Site

DISK_MB = 260


@dataclass
class Stage:
    """A running site. `client_port` is where the client calls: the site itself, or a line to it that may break."""

    site: Site
    facts: dict[str, Any]
    postgres: Postgres | None = None
    disk: Disk | None = None
    proxy: Proxy | None = None
    clock: Clock | None = None
    second: Site | None = None

    @property
    def server(self) -> Postgres:
        assert self.postgres
        return self.postgres

    @property
    def client_port(self) -> int:
        return self.proxy.port if self.proxy else self.site.port


@dataclass(frozen=True)
class Prepared:
    """A stopped database with the small world in it, to be copied, and the world's facts."""

    path: Path
    facts: dict[str, Any]


@cache
def prepared_postgres() -> Prepared:
    """Make the small world on PostgreSQL once for this process."""
    server = Postgres(initdb=["--wal-segsize=1"])
    server.start()
    facts = Site(server.directory, server.url).prepare()
    server.stop()
    return Prepared(server.directory / "data", facts)


@cache
def prepared_sqlite() -> Prepared:
    """Make the small world on SQLite once for this process."""
    directory = Path(tempfile.mkdtemp(prefix="faults-sqlite-"))
    file = directory / "site.sqlite3"
    return Prepared(file, Site(directory, f"sqlite:///{file}").prepare())


def forget_prepared() -> None:
    """Remove what was prepared from the disk."""
    for prepare in (prepared_postgres, prepared_sqlite):
        if prepare.cache_info().currsize:
            shutil.rmtree(prepare().path.parent)
            prepare.cache_clear()


@contextmanager
def on_postgres(
    *, disk: Disk | None = None, lossy: bool = False, serving: bool = True, wrong_clock: bool = False
) -> Iterator[Stage]:
    """A site on a durable PostgreSQL of its own."""
    world = prepared_postgres()
    directory = Path(tempfile.mkdtemp(prefix="faults-site-"))
    server = Postgres(disk.directory if disk else None, copy_of=world.path)
    server.start()
    stage = Stage(Site(directory, server.url), world.facts, postgres=server, disk=disk)
    if wrong_clock:
        stage.clock = Clock(directory)
        stage.site.served_with = stage.site.environment | stage.clock.environment
    try:
        yield from _served(stage, lossy=lossy, serving=serving)
    finally:
        server.remove()
        shutil.rmtree(directory)


@contextmanager
def on_small_disk() -> Iterator[Stage]:
    """A site whose PostgreSQL lives on a disk that can be filled."""
    with small_disk(DISK_MB) as disk, on_postgres(disk=disk) as stage:
        yield stage


@contextmanager
def on_lossy_line() -> Iterator[Stage]:
    """A site behind a line that loses answers."""
    with on_postgres(lossy=True) as stage:
        yield stage


@contextmanager
def on_wrong_clock() -> Iterator[Stage]:
    """A site whose web server's clock can be set while it runs; the database's is right."""
    with on_postgres(wrong_clock=True) as stage:
        yield stage


@contextmanager
def on_two_servers() -> Iterator[Stage]:
    """Two web servers on one database."""
    with on_postgres() as stage:
        stage.second = Site(stage.site.directory, stage.site.database_url)
        stage.second.start_web()
        try:
            stage.second.wait_until("/healthz", 200)
            yield stage
        finally:
            stage.second.stop()


@contextmanager
def on_sqlite(*, serving: bool = True, disk: Disk | None = None) -> Iterator[Stage]:
    """A site on SQLite, which brings every commit to the disk."""
    world = prepared_sqlite()
    directory = Path(tempfile.mkdtemp(prefix="faults-site-"))
    home = disk.directory if disk else directory
    for file in world.path.parent.glob("site.sqlite3*"):
        shutil.copy(file, home)
    site = Site(directory, f"sqlite:///{home / world.path.name}")
    try:
        yield from _served(Stage(site, world.facts, disk=disk), lossy=False, serving=serving)
    finally:
        shutil.rmtree(directory)


@contextmanager
def on_small_disk_of_sqlite() -> Iterator[Stage]:
    """A site whose SQLite file lives on a disk that can be filled."""
    with small_disk(DISK_MB) as disk, on_sqlite(disk=disk) as stage:
        yield stage


def _served(stage: Stage, *, lossy: bool, serving: bool) -> Iterator[Stage]:
    try:
        if serving:
            stage.site.start_web()
            stage.site.wait_until("/healthz", 200)
        if lossy:
            stage.proxy = Proxy(stage.site.port)
        yield stage
    finally:
        if stage.proxy:
            stage.proxy.close()
        stage.site.stop()
