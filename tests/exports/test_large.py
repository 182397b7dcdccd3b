"""Large exports: made by the worker, followed, downloaded by who may, cancelled, deleted; also after a kill."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from ledger.models import Contract, Role
from portal.exports import queue, work
from portal.models import Export
from portal.models.exports import ExportState
from tests.exports.conftest import Ask

SignedIn = Callable[[User], Client]
EVERYTHING = {"scope": "contract", "range": "all"}


@pytest.fixture(autouse=True)
def everything_is_large(settings: Any) -> None:
    settings.EXPORT_ROWS_AT_ONCE = 0


@pytest.fixture
def waiting(history: None, alice: User, ask: Ask) -> Export:
    """Alice's export of everyone's charges, not made yet."""
    answer = ask(alice, "charges", "csv", **EVERYTHING)
    export = Export.objects.get()
    assert answer.url == f"/exports/{export.id}/"
    return export


def address(name: str, export: Export) -> str:
    return reverse(f"portal:{name}", kwargs={"export_id": export.id})


def test_the_worker_makes_it_and_who_asked_downloads_it(waiting: Export, alice: User, signed_in: SignedIn) -> None:
    browser = signed_in(alice)
    assert "Waiting" in browser.get(address("export", waiting)).content.decode()
    assert browser.get(address("export-file", waiting)).status_code == 404
    assert queue.drain() == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.done, waiting.total, waiting.percent) == (ExportState.READY, 5, 5, 100)
    answer = browser.get(address("export-file", waiting))
    body = answer.getvalue()
    assert body.count(b"\r\n") == 6
    assert len(body) == waiting.size_bytes
    assert "Ready" in browser.get(reverse("portal:exports")).content.decode()


def test_a_download_is_authorised_again(
    waiting: Export, alice: User, carol: User, bob: User, mallory: User, contract_b: Contract, signed_in: SignedIn
) -> None:
    queue.drain()
    statuses = {
        user: signed_in(user).get(address("export-file", waiting)).status_code for user in (carol, bob, mallory)
    }
    assert statuses == {carol: 200, bob: 404, mallory: 404}
    for page in ("export", "cancel-export"):
        method = "get" if page == "export" else "post"
        assert getattr(signed_in(mallory), method)(address(page, waiting)).status_code == 404
    contract = waiting.contract
    contract.memberships.filter(user=alice).update(role=Role.COORDINATOR)
    assert signed_in(alice).get(address("export-file", waiting)).status_code == 200
    contract.memberships.filter(user=alice).update(role=Role.END_USER)
    assert signed_in(alice).get(address("export-file", waiting)).status_code == 404


def test_a_right_that_was_lost_meanwhile_is_noticed_when_it_is_made(waiting: Export, alice: User) -> None:
    waiting.contract.memberships.filter(user=alice).update(role=Role.END_USER)
    queue.drain()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error) == (ExportState.FAILED, work.NOT_ALLOWED)


def test_a_cancelled_one_is_not_made(waiting: Export, alice: User, signed_in: SignedIn, export_dir: Path) -> None:
    signed_in(alice).post(address("cancel-export", waiting))
    queue.drain()
    waiting.refresh_from_db()
    assert waiting.state == ExportState.CANCELLED
    assert not export_dir.exists() or not list(export_dir.iterdir())


def test_one_that_is_cancelled_while_it_is_made_leaves_no_file(
    waiting: Export, export_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.exports.making.TELL_EVERY", 1)
    Export.objects.filter(id=waiting.id).update(attempts=0)
    real = Export.objects.filter

    def cancelled_after_the_claim(*args: Any, **kwargs: Any) -> Any:
        if kwargs.get("state") == ExportState.RUNNING:
            real(id=waiting.id).update(state=ExportState.CANCELLED, run=None)
        return real(*args, **kwargs)

    monkeypatch.setattr(Export.objects, "filter", cancelled_after_the_claim)
    work.make(waiting.id)
    monkeypatch.undo()
    waiting.refresh_from_db()
    assert waiting.state == ExportState.CANCELLED
    assert list(export_dir.iterdir()) == []


def test_what_a_killed_worker_left_is_made_by_the_next(waiting: Export, export_dir: Path) -> None:
    """The kill leaves the task RUNNING and the export with a part of its file."""
    DBTaskResult.objects.update(status="RUNNING", worker_ids=["gone"])
    long_ago = timezone.now() - work.LOST_AFTER - timedelta(seconds=1)
    dead_run = "00000000-0000-7000-8000-000000000001"
    Export.objects.update(state=ExportState.RUNNING, run=dead_run, beat_at=long_ago, attempts=1)
    export_dir.mkdir()
    (export_dir / f"{waiting.id}.{dead_run}.part").write_text("half")
    assert queue.drain() == 0
    assert queue.repair() == 1
    assert queue.drain() == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == (ExportState.READY, 2)
    assert [path.name for path in export_dir.iterdir()] == [f"{waiting.id}.file"]
    queue.repair()
    assert DBTaskResult.objects.count() == 0


def test_it_is_given_up_after_three_attempts(waiting: Export) -> None:
    long_ago = timezone.now() - work.LOST_AFTER - timedelta(seconds=1)
    Export.objects.update(state=ExportState.RUNNING, beat_at=long_ago, attempts=work.MOST_ATTEMPTS)
    queue.repair()
    waiting.refresh_from_db()
    assert waiting.state == ExportState.FAILED


def test_run_twice_it_has_one_file_and_one_mail(waiting: Export) -> None:
    queue.put(waiting)
    assert queue.drain() == 2
    waiting.refresh_from_db()
    assert waiting.attempts == 1


def test_files_are_deleted_after_their_days(
    waiting: Export, alice: User, signed_in: SignedIn, export_dir: Path
) -> None:
    queue.drain()
    assert work.delete_old_files() == 0
    Export.objects.update(expires_at=timezone.now())
    assert work.delete_old_files() == 1
    assert list(export_dir.iterdir()) == []
    browser = signed_in(alice)
    assert browser.get(address("export-file", waiting)).status_code == 404
    assert "File deleted" in browser.get(address("export", waiting)).content.decode()
    assert work.delete_old_files() == 0


def test_too_many_at_once_are_refused(waiting: Export, alice: User, ask: Ask) -> None:
    for _ in range(12):
        ask(alice, "charges", "csv", **EVERYTHING)
    assert Export.objects.count() == 10
