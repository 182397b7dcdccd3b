"""PostgreSQL goes back to any moment: base backup, archived log, restore between two charges. See docs/backup.md.

The commands are those of the page, with the programs of the server's own version.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.http import start
from tests.faults.ledger import rows
from tests.faults.postgres import Postgres
from tests.faults.site import Site
from tests.faults.stages import Stage, forget_prepared, prepared_postgres

WITHIN_S = 60


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that the server's user may write to as well."""
    with TemporaryDirectory(prefix="faults-archive-") as directory:
        Path(directory).chmod(0o777)
        yield Path(directory)


@contextmanager
def archiving_site(place: Path) -> Iterator[Stage]:
    """A site whose PostgreSQL archives its log into `place`/wal."""
    world, wal = prepared_postgres(), place / "wal"
    wal.mkdir(mode=0o777)
    wal.chmod(0o777)
    archive = f"archive_command=test ! -f {wal}/%f && cp %p {wal}/.%f && mv {wal}/.%f {wal}/%f"
    server = Postgres(copy_of=world.path, settings=["wal_level=replica", "archive_mode=on", archive])
    server.start()
    site = Site(server.directory, server.url)
    try:
        site.start_web()
        site.wait_until("/healthz", 200)
        yield Stage(site, world.facts, postgres=server)
    finally:
        site.stop()
        server.remove()
        forget_prepared()


def charge(stage: Stage, *keys: str) -> None:
    for key in keys:
        assert start(stage, key)[0] == 201


def now(stage: Stage) -> datetime:
    """The server's time, with a pause around it: between what came before and what comes after."""
    time.sleep(0.2)
    instant: datetime = rows(stage.server.url, "SELECT clock_timestamp()")[0][0]
    time.sleep(0.2)
    return instant


def until(stage: Stage, sql: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while rows(stage.server.url, sql) != [(True,)]:
        assert time.monotonic() < deadline, stage.server.log()
        time.sleep(0.05)


def archive_everything(stage: Stage) -> None:
    ((segment,),) = rows(stage.server.url, "SELECT pg_walfile_name(pg_switch_wal())")
    until(stage, f"SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver")


def restore(server: Postgres, place: Path, at: datetime) -> None:
    """Put the base backup in the place of the lost data and start it towards the moment."""
    data = server.directory / "data"
    shutil.rmtree(data)
    subprocess.run(["cp", "--recursive", place / "base", data], check=True, **server.identity)
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = 'cp {place}/wal/%f %p'\n")
        settings.write(f"recovery_target_time = '{at.isoformat()}'\nrecovery_target_action = 'promote'\n")
    (data / "recovery.signal").touch()
    server.start()


def kept(stage: Stage) -> set[str]:
    return {key for (key,) in rows(stage.server.url, "SELECT external_id FROM ledger_job")}


def test_a_lost_database_comes_back_as_it_was_between_two_charges_and_goes_on(place: Path) -> None:
    with archiving_site(place) as stage:
        charge(stage, "before-the-base-backup")
        stage.server.run(
            "pg_basebackup", "--pgdata", place / "base", "--host", stage.server.directory, "-U", "postgres"
        )
        charge(stage, "after-the-base-backup", "the-last-good-one")
        moment = now(stage)
        charge(stage, "too-late")
        archive_everything(stage)
        stage.server.kill_all()
        restore(stage.server, place, moment)
        until(stage, "SELECT NOT pg_is_in_recovery()")
        assert kept(stage) == {"before-the-base-backup", "after-the-base-backup", "the-last-good-one"}
        assert stage.site.verify().startswith("The books are sound")
        charge(stage, "too-late", "too-late", "and-on")
        assert len(kept(stage)) == 5
        assert rows(stage.server.url, "SELECT COUNT(*) FROM ledger_job") == [(5,)]
        assert stage.site.verify().startswith("The books are sound")
