"""A backup is one private, checked file, and what it brings back goes on as if nothing had happened."""

import io
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import jobs
from ledger.balances import balance
from ledger.ids import new_id
from ledger.jobs import Idempotency, JobOrder
from ledger.models import Contract, Pool, Transaction
from ledger.verification import differences
from portal.backups import BackupError, sqlite
from tests.cast import fresh_key
from tests.house.sources import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(contract_a: Contract, bob: User, bobs_pool: Pool, fund: Callable[..., None]) -> JobOrder:
    """Bob has 100 tokens and wants analyses at 5 tokens each."""
    fund(bobs_pool, "100")
    return JobOrder(contract_a.id, bob.pk, "analysis")


@pytest.fixture
def backup(tmp_path: Path) -> Callable[[], Path]:
    def write() -> Path:
        file = tmp_path / f"{new_id()}.backup"
        call_command("backup", output=file, stdout=StringIO())
        return file

    return write


def figures(pool: Pool) -> tuple[int, int, int]:
    now = balance(pool.id)
    return (now.available_mt // 1000, now.held_mt // 1000, now.used_mt // 1000)


def start(order: JobOrder, key: Idempotency | None = None) -> UUID:
    return jobs.start(idempotency=key or fresh_key(), order=order).job.id


def destroy() -> None:
    """Lose the journal, whatever its triggers say."""
    cascade = " CASCADE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE ledger_entry{cascade}")
        cursor.execute("UPDATE ledger_pool SET available_mt = 1")


def test_what_was_destroyed_comes_back_and_goes_on(
    order: JobOrder, bobs_pool: Pool, backup: Callable[[], Path]
) -> None:
    key = fresh_key()
    running = start(order, key)
    file = backup()
    destroy()
    out = StringIO()
    call_command("restore", file, yes=True, stdout=out)
    assert "The books are sound" in out.getvalue()
    assert figures(bobs_pool) == (95, 5, 0)
    again = jobs.start(idempotency=key, order=order)
    assert (again.replayed, again.job.id) == (True, running)
    jobs.complete(idempotency=fresh_key(), job_id=running)
    start(order)
    assert figures(bobs_pool) == (90, 5, 5)
    assert list(differences()) == []
    with pytest.raises(Exception, match="refuses"):
        Transaction.objects.update(kind="grant")


def test_what_came_after_the_backup_is_gone_after_the_restore(
    order: JobOrder, bobs_pool: Pool, backup: Callable[[], Path]
) -> None:
    file = backup()
    start(order)
    call_command("restore", file, yes=True, stdout=StringIO())
    assert figures(bobs_pool) == (100, 0, 0)
    assert list(differences()) == []


def test_nothing_is_replaced_where_nobody_can_be_asked(
    order: JobOrder, bobs_pool: Pool, backup: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backup()
    start(order)
    monkeypatch.setattr(sys, "stdin", io.StringIO("replace\n"))
    with pytest.raises(CommandError, match="add --yes"):
        call_command("restore", file, stdout=StringIO())
    assert figures(bobs_pool) == (95, 5, 0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_person_is_asked_and_may_say_no(
    order: JobOrder, bobs_pool: Pool, backup: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backup()
    start(order)
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", file, stdout=StringIO())
    assert figures(bobs_pool) == (95, 5, 0)
    monkeypatch.setattr(sys, "stdin", Terminal("replace\n"))
    call_command("restore", file, stdout=StringIO())
    assert figures(bobs_pool) == (100, 0, 0)


def test_a_backup_is_for_its_owner_only_and_overwrites_nothing(order: JobOrder, tmp_path: Path) -> None:
    file = tmp_path / "new" / "site.backup"
    call_command("backup", output=file, stdout=StringIO())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    content = file.read_bytes()
    with pytest.raises(CommandError, match="is not overwritten"):
        call_command("backup", output=file, stdout=StringIO())
    assert file.read_bytes() == content


def halved(content: bytes) -> bytes:
    return content[: len(content) // 2]


def scribbled(content: bytes) -> bytes:
    return content[:4096] + bytes(range(256)) * 64 + content[4096 + 256 * 64 :]


def some_text(content: bytes) -> bytes:
    return b"-- a dump of something else\n"


@pytest.mark.parametrize("damage", [halved, scribbled, some_text])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    order: JobOrder, bobs_pool: Pool, backup: Callable[[], Path], damage: Callable[[bytes], bytes]
) -> None:
    file = backup()
    file.write_bytes(damage(file.read_bytes()))
    start(order)
    with pytest.raises(CommandError, match=r"damaged|is no backup|failed"):
        call_command("restore", file, yes=True, stdout=StringIO())
    assert figures(bobs_pool) == (95, 5, 0)


@pytest.mark.parametrize(
    "damage",
    [
        "PRAGMA ignore_check_constraints = 1; INSERT INTO pool VALUES (2, -1)",
        "INSERT INTO lot VALUES (7)",
    ],
)
def test_a_readable_file_that_breaks_its_own_rules_is_no_sound_backup(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "small.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.executescript("CREATE TABLE pool (id INTEGER PRIMARY KEY, held INTEGER CHECK (held >= 0))")
        database.executescript("CREATE TABLE lot (pool INTEGER REFERENCES pool); INSERT INTO pool VALUES (1, 0)")
        sqlite.check(file)
        database.executescript(damage)
    with pytest.raises(BackupError, match="is damaged"):
        sqlite.check(file)


def test_a_backup_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        call_command("restore", tmp_path / "nothing", yes=True)


@contextmanager
def empty_database(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a process with an empty database of its own, of the kind that is being tested."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield {"DATABASE_URL": f"sqlite:///{tmp_path / 'fresh.sqlite3'}"}
        return
    name, address = f"fresh_{new_id().hex}", server.split("host=")[1]
    with psycopg.connect(host=address, user="postgres", dbname="postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield {"DATABASE_URL": f"postgres://postgres@/{name}?host={address}"}
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def jobs_being_started(order: JobOrder) -> Iterator[None]:
    """Start free jobs all the time, beside what the test does."""
    enough = Event()
    free = JobOrder(order.contract_id, order.user_id, "rendering_standard")

    def start_many() -> None:
        while not enough.is_set():
            start(free)
        connection.close()

    thread = Thread(target=start_many)
    thread.start()
    yield
    enough.set()
    thread.join()


def test_a_backup_of_a_busy_site_is_sound_in_an_empty_database_without_a_question(
    order: JobOrder, backup: Callable[[], Path], tmp_path: Path
) -> None:
    start(order)
    with jobs_being_started(order):
        file = backup()
    with empty_database(tmp_path) as address:
        environment = {**os.environ, "DEMO": "true", "DJANGO_SETTINGS_MODULE": "portal.settings", **address}
        command = [sys.executable, "manage.py", "restore", str(file)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "The books are sound" in done.stdout
