"""Exports in a real browser: at once, followed while the worker makes them, downloaded; with and without script."""

import csv
import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Download, Page, expect

from ledger.contracts import individual_pool
from ledger.models import Contract, Pool
from portal.exports import queue
from portal.models import Export
from portal.models.exports import ExportState
from portal.notifications.links import stop_path
from tests.browser.test_pages import LOOKS, sticks_out
from tests.reporting.conftest import LONG_AGO, Work, work

__all__ = ["work"]
USAGE = "/management/reporting/individual-usage/?scope=contract&range=all&group_by=user"
SignedIn = Callable[..., Page]


@pytest.fixture(autouse=True)
def export_dir(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_DIR = tmp_path


@pytest.fixture
def used(shared_a: Pool, contract_a: Contract, alice: User, carol: User, work: Work, fund: Callable[..., None]) -> None:
    fund(shared_a, "1000", at=LONG_AGO)
    fund(individual_pool(contract_id=contract_a.id, user_id=carol.pk), "20", at=LONG_AGO)
    work(alice, "cfd_complex", at=LONG_AGO, project="=1+1")
    work(carol, "analysis", at=LONG_AGO)


def open_page(page: Page, address: str) -> None:
    page.goto("/exports/")
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    page.goto(address)


def rows(download: Download) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(Path(download.path()).read_text())))


@pytest.mark.parametrize("script", [True, False])
def test_a_coordinator_exports_what_she_sees(script: bool, used: None, carol: User, signed_in: SignedIn) -> None:
    page = signed_in(carol, java_script_enabled=script)
    open_page(page, USAGE)
    menu = page.get_by_role("form", name="Export what is shown")
    for _ in range(2):  # a second click is a second download
        with page.expect_download() as found:
            menu.get_by_role("button", name="CSV").click()
        assert [(row["user"], row["net"]) for row in rows(found.value)] == [
            ("alice@example.com", "35"),
            ("carol@example.com", "5"),
        ]
    assert found.value.suggested_filename.startswith("usage-v1-a-100-")
    page.goto("/exports/")
    expect(page.get_by_role("cell", name="Sent at once")).to_have_count(2)


@pytest.mark.parametrize("script", [True, False])
def test_a_large_one_is_followed_and_downloaded(
    script: bool, used: None, carol: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.EXPORT_ROWS_AT_ONCE = 0
    page = signed_in(carol, java_script_enabled=script)
    open_page(page, "/exports/")
    data = page.get_by_role("form", name="Data")
    data.get_by_label("Data").select_option("Usage, line by line")
    data.get_by_label("Whose").select_option("Whole contract")
    data.get_by_role("button", name="Export").click()
    expect(page.get_by_role("progressbar", name="Progress")).to_be_visible()
    queue.drain()
    if not script:
        page.get_by_role("link", name="Look again").click()
    with page.expect_download() as found:
        page.get_by_role("link", name="Download").click()
    assert [row["net"] for row in rows(found.value)] == ["35", "5"]
    assert [row["project"] for row in rows(found.value)] == ["'=1+1", ""]


def test_a_statement_a_cancelled_export_and_a_schedule(
    used: None, carol: User, signed_in: SignedIn, settings: Any
) -> None:
    page = signed_in(carol)
    open_page(page, "/exports/")
    with page.expect_download() as found:
        page.get_by_role("button", name="Get statement").click()
    assert Path(found.value.path()).read_bytes().startswith(b"%PDF-")
    settings.EXPORT_ROWS_AT_ONCE = 0
    data = page.get_by_role("form", name="Data")
    data.get_by_label("Data").select_option("Usage, line by line")
    data.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status").or_(page.get_by_text("The export is cancelled."))).not_to_have_count(0)
    data.get_by_label("How often").select_option("Every week, for the week before")
    data.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped: no more of these exports are sent.")).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_exports_and_mails_is_accessible_and_fits(
    theme: str, width: int, used: None, carol: User, signed_in: SignedIn, assert_accessible: Callable[[Page], None]
) -> None:
    made = {"contract_id": carol.memberships.get().contract_id, "user": carol, "caller": f"user:{carol.pk}"}
    question = {"contract_id": str(made["contract_id"]), "user_id": None, "as_of": timezone.now().isoformat()}
    exports = [
        Export.objects.create(
            **made, dataset="charges", format="xlsx", question=question, asked_at=timezone.now(), state=state,
            filters=[["Period", "from 2026-03-01 to 2026-03-31 (inclusive, UTC)"], ["Whose", "Everyone"]],
            done=450_000, total=1_000_000, size_bytes=81_000_000, expires_at=timezone.now(), error="It failed.",
        )
        for state in (ExportState.RUNNING, ExportState.READY, ExportState.FAILED)
    ]  # fmt: skip
    page = signed_in(carol, color_scheme=theme, viewport={"width": width, "height": 900})
    addresses = ["/exports/", *(f"/exports/{each.id}/" for each in exports), "/preferences/mails/"]
    open_page(page, "/exports/")
    for number, address in enumerate([*addresses, stop_path("expiring", carol.pk), USAGE]):
        page.goto(address)
        if pictures := os.environ.get("PICTURES"):
            page.screenshot(path=Path(pictures) / f"exports-{number}-{theme}-{width}.png", full_page=True)
        assert_accessible(page)
        assert not sticks_out(page), address
