"""The whole day of an end user, with a script and without: benefits, studies, cancelling, usage, a refund, a file."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from ledger import jobs
from ledger.models import Job
from tests.browser.test_days import invited, sign_in
from tests.cast import fresh_key
from tests.portal.conftest import subscription

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["invited", "subscription"]
Contexts = Callable[..., BrowserContext]


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Site").get_by_role("link", name=name, exact=True).click()


def enable(page: Page) -> None:
    page.get_by_role("main").get_by_role("button", name="Enable Your Subscription Benefits").click()
    dialog = page.get_by_role("dialog", name="Your cloud allocation")
    expect(dialog).to_contain_text("100 tokens")
    dialog.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Your subscription benefits are enabled")).to_be_visible()


def generate(page: Page, *, script: bool, remains: str) -> None:
    """Start one study: the cost is seen before, at once with a script, else by a button."""
    go(page, "Generate")
    page.get_by_label("Service").select_option("Generative study")
    page.get_by_label("Project code").fill("bridge")
    if not script:
        page.get_by_role("button", name="Update cost").click()
    expect(page.locator("#cost")).to_contain_text(f"{remains} tokens")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_text("The job has started")).to_be_visible()


def cancel(page: Page) -> None:
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("group", name="Cancel this job?")).to_contain_text("11 tokens come back")
    page.get_by_role("button", name="Yes, stop the job").click()
    expect(page.get_by_text("its tokens are back")).to_be_visible()


def see_usage(page: Page) -> None:
    """Go from the figure to its job, to the entries, and to the explanation of the charge; and back by the button."""
    go(page, "Individual Usage")
    report = page.url
    expect(page.locator(".totals .figure").last).to_have_text("11")
    page.get_by_role("link", name="Jobs of Generative study").click()
    page.get_by_role("link", name="Entries").first.click()
    expect(page.get_by_role("heading", name="Ledger entries")).to_be_visible()
    page.get_by_role("link", name="Explain this charge").click()
    expect(page.get_by_role("heading", name="Lots drawn")).to_be_visible()
    for _ in range(3):
        page.go_back()
    assert page.url == report


def ask_for_a_refund(page: Page) -> None:
    go(page, "Job status")
    page.get_by_role("link", name="Request a refund").click()
    page.get_by_label("Reason").fill("The mesh was empty.")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_text("Waiting for a decision")).to_be_visible()


def export(page: Page) -> list[dict[str, str]]:
    go(page, "Individual Usage")
    menu = page.get_by_role("form", name="Export what is shown")
    with page.expect_download() as found:
        menu.get_by_role("button", name="CSV").click()
    return list(csv.DictReader(StringIO(Path(found.value.path()).read_text())))


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_day_of_an_end_user(script: bool, new_context: Contexts, live_server: Any, invited: User) -> None:
    page = new_context(base_url=live_server.url, java_script_enabled=script).new_page()
    sign_in(page, invited)
    enable(page)
    generate(page, script=script, remains="89")
    cancel(page)
    go(page, "Home")
    expect(page.get_by_role("main")).to_contain_text("100 tokens available")
    generate(page, script=script, remains="89")
    jobs.report_results(idempotency=fresh_key("system"), job_id=Job.objects.latest("created_at").id)
    go(page, "Home")
    expect(page.get_by_role("main")).to_contain_text("89 tokens available")
    see_usage(page)
    ask_for_a_refund(page)
    assert [(line["service"], line["net"]) for line in export(page)] == [("generative_study", "11")]


def test_a_message_enters_a_live_region_and_is_closed_by_keyboard(page: Page, invited: User) -> None:
    sign_in(page, invited)
    enable(page)
    message = page.get_by_role("status").filter(has_text="Your subscription benefits are enabled")
    close = message.get_by_role("button", name="Close this message")
    close.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your subscription benefits are enabled")).to_have_count(0)
    expect(page.locator("main")).to_be_focused()


def test_paper_has_the_figures_and_no_buttons(page: Page, invited: User) -> None:
    sign_in(page, invited)
    enable(page)
    go(page, "Individual Tokens")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Individual Tokens")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Available")).to_be_visible()
    for gone in (page.get_by_role("navigation"), page.locator(".what-button"), page.locator(".export-menu")):
        expect(gone.locator("visible=true")).to_have_count(0)


def test_on_a_telephone_no_list_needs_scrolling_sideways(
    new_context: Contexts, live_server: Any, invited: User
) -> None:
    page = new_context(base_url=live_server.url, viewport={"width": 320, "height": 800}).new_page()
    sign_in(page, invited)
    enable(page)
    page.goto("/generate/?service=generative_study")
    page.get_by_role("button", name="Generate", exact=True).click()
    for address in ("/", "/jobs/", "/exports/", "/management/reporting/individual-tokens/"):
        page.goto(address)
        too_wide = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).length"
        assert page.locator(".table-responsive:has(.stack)").evaluate_all(too_wide) == 0, address
