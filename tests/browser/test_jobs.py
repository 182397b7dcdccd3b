"""The list of jobs keeps itself up to date, asks before it cancels, and says when the site is out of reach."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger import jobs
from ledger.models import Contract, Pool
from tests.cast import fresh_key
from tests.portal.conftest import start

SignedIn = Callable[..., Page]


@pytest.fixture
def page_of_bob(
    transactional_db: None,
    contract_a: Contract,
    bobs_pool: Pool,
    bob: User,
    fund: Callable[..., None],
    signed_in: SignedIn,
) -> Page:
    fund(bobs_pool, "1000")
    page = signed_in(bob)
    page.goto("/support/")
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    return page


def test_a_job_that_ends_is_seen_without_reloading(page_of_bob: Page, bob: User, contract_a: Contract) -> None:
    job = start(bob, contract_a)
    page_of_bob.goto("/jobs/")
    row = page_of_bob.get_by_role("row", name="Generative study")
    expect(row).to_contain_text("Running")
    jobs.complete(idempotency=fresh_key("system"), job_id=job.id)
    expect(row).to_contain_text("Completed")
    expect(page_of_bob.locator("[data-live-status]")).to_have_text("No job is running.")
    expect(page_of_bob.locator("#jobs-live[hx-get]")).to_have_count(0)  # and it asks no more


def test_cancelling_asks_first_and_names_the_amount(page_of_bob: Page, bob: User, contract_a: Contract) -> None:
    start(bob, contract_a)
    page_of_bob.goto("/jobs/")
    page_of_bob.get_by_role("button", name="Cancel").focus()
    page_of_bob.keyboard.press("Enter")
    question = page_of_bob.get_by_role("group", name="Cancel this job?")
    expect(question).to_contain_text("11 tokens come back")
    page_of_bob.wait_for_timeout(4_500)
    expect(question).to_be_visible()  # the list waits while somebody chooses
    page_of_bob.get_by_role("button", name="Keep it running").click()
    expect(question).to_be_hidden()
    page_of_bob.get_by_role("button", name="Cancel").click()
    page_of_bob.get_by_role("button", name="Yes, stop the job").click()
    expect(page_of_bob.get_by_role("status").get_by_text("its tokens are back")).to_be_visible()


def test_who_is_offline_is_told(page_of_bob: Page, bob: User, contract_a: Contract) -> None:
    start(bob, contract_a)
    page_of_bob.goto("/jobs/")
    page_of_bob.context.set_offline(True)
    expect(page_of_bob.get_by_text("You seem to be offline")).to_be_visible()
    page_of_bob.context.set_offline(False)
    expect(page_of_bob.get_by_text("You seem to be offline")).to_be_hidden()


def test_the_reason_why_not_is_there_where_cancelling_is_not(
    page_of_bob: Page, bob: User, contract_a: Contract
) -> None:
    job = start(bob, contract_a)
    jobs.report_results(idempotency=fresh_key("system"), job_id=job.id)
    page_of_bob.goto("/jobs/")
    expect(page_of_bob.get_by_role("button", name="Cancel")).to_have_count(0)
    page_of_bob.get_by_text("No cancelling").click()
    expect(page_of_bob.get_by_text("only before the first result")).to_be_visible()
    page_of_bob.get_by_role("link", name="Request a refund").click()
    page_of_bob.get_by_label("Reason").fill("The mesh was empty.")
    page_of_bob.get_by_role("button", name="Send request").click()
    expect(page_of_bob.get_by_text("Waiting for a decision")).to_be_visible()
