"""The whole day of an end user, with a script and without: benefits, studies and their status, usage, a file."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from ledger import invitations, jobs
from ledger.models import Contract, Job, Subscription
from tests.browser.acting import exported_csv, go, sign_in
from tests.cast import fresh_key
from tests.portal.conftest import World, subscription, world

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["subscription", "world"]
Contexts = Callable[..., BrowserContext]


@pytest.fixture
def invited(contract_a: Contract, alice: User, stranger: User, subscription: Subscription) -> User:
    inviting = contract_a.memberships.select_related("contract", "user").get(user=alice)
    invitations.invite(membership=inviting, email=stranger.email)
    return stranger


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


def see_the_result_come(page: Page, *, script: bool) -> None:
    """Watch the list of jobs while the service reports its first result; without a script, by loading it again."""
    go(page, "Job status")
    row = page.get_by_role("row", name="Generative study").first
    expect(row).to_contain_text("Running")
    jobs.report_results(idempotency=fresh_key("system"), job_id=Job.objects.latest("created_at").id)
    if not script:
        page.reload()
    expect(row).not_to_contain_text("Running")
    row.get_by_text("No cancelling").click()
    expect(row.get_by_text("only before the first result")).to_be_visible()


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
    see_the_result_come(page, script=script)
    go(page, "Home")
    expect(page.get_by_role("main")).to_contain_text("89 tokens available")
    see_usage(page)
    ask_for_a_refund(page)
    go(page, "Individual Usage")
    assert [(line["service"], line["net"]) for line in exported_csv(page)] == [("generative_study", "11")]


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


def test_too_many_studies_meet_the_red_box(page: Page, invited: User) -> None:
    sign_in(page, invited)
    enable(page)
    go(page, "Generate")
    page.get_by_label("Service").select_option("Generative study")
    expect(page.locator("#cost")).to_contain_text("89 tokens")
    page.get_by_label("Number of studies").fill("10")
    expect(page.get_by_role("alert")).to_contain_text("Not enough tokens")
    page.get_by_role("button", name="Reduce to 9 studies").click()
    expect(page.get_by_label("Number of studies")).to_have_value("9")
    page.get_by_label("Number of studies").fill("1")
    expect(page.locator("#cost")).to_contain_text("89 tokens")


def test_a_telephone_needs_no_scripts(new_context: Contexts, live_server: Any, world: World, bob: User) -> None:
    options = {"java_script_enabled": False, "viewport": {"width": 375, "height": 800}}
    page = new_context(base_url=live_server.url, **options).new_page()
    sign_in(page, bob)
    dialog = page.get_by_role("dialog", name="Your cloud allocation")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Continue").click()
    expect(dialog).to_be_hidden()

    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("navigation", name="Site menu").get_by_role("link", name="Generate").click()
    page.get_by_label("Service").select_option("Generative study")
    page.get_by_label("Number of studies").fill("2")
    page.get_by_role("button", name="Update cost").click()
    expect(page.locator("#cost")).to_contain_text("22 tokens")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_text("2 jobs have started")).to_be_visible()
    page.get_by_role("link", name="Generative study").first.click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Yes, stop the job").click()
    expect(page.get_by_text("its tokens are back")).to_be_visible()
