"""The whole day of an operator: previews and changes a rate, corrects a pool with a reason, finds it in the journal."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from ledger import jobs
from ledger.balances import balance
from ledger.models import Contract, Pool, Rate
from tests.browser.acting import SignedIn, give_password
from tests.browser.watch import Watch
from tests.cast import fresh_key
from tests.portal.conftest import Fund

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(olga: User, signed_in: SignedIn, settings: LazySettings) -> Page:
    settings.OPERATORS_NEED_SECOND_FACTOR = False
    return signed_in(olga)


def go_to(page: Page, entry: str) -> None:
    page.goto("/operator/")
    page.get_by_role("link", name=entry, exact=True).first.click()


def preview(page: Page) -> None:
    """Ask what this month would have cost at 12.5 tokens: one study was 11."""
    go_to(page, "Rates")
    page.get_by_role("link", name="What would last month have cost?").click()
    page.get_by_label("Month").fill(f"{timezone.now():%Y-%m}")
    page.get_by_label("But this service").select_option(label="Generative study")
    page.get_by_label("Tokens:").fill("12.5")
    page.get_by_role("button", name="Show").click()
    line = page.get_by_role("row", name="Generative study")
    expect(line.get_by_role("cell")).to_contain_text(["1", "", "11", "12.5", "1.5"])
    # Without preloading, for which axe would write a style into the page that the policy refuses.
    assert Axe().run(page, options={"preload": False}).response["violations"] == []


def change_the_rate(page: Page, olga: User) -> None:
    """Enter the previewed rate, to begin tomorrow; today's stays as it is."""
    tomorrow = timezone.now() + timedelta(days=1)
    page.get_by_role("link", name="Enter this rate").click()
    expect(page.get_by_label("Tokens:")).to_have_value("12.5")
    page.locator("#id_effective_from_0").fill(f"{tomorrow:%Y-%m-%d}")
    page.locator("#id_effective_from_1").fill("00:00:00")
    page.get_by_role("button", name="Save", exact=True).click()
    give_password(page, olga)
    expect(page.get_by_text("was added successfully")).to_be_visible()


def adjust(page: Page) -> None:
    """Say why the contract's books are read, and correct its shared pool."""
    go_to(page, "Contracts")
    page.get_by_role("link", name="A-100").first.click()
    page.get_by_role("link", name="Read its books").click()
    page.get_by_label("Reason:").fill("Request 4711.")
    page.get_by_role("button", name="Read its books").click()
    go_to(page, "Pools")
    page.get_by_role("link", name="Shared tokens of A-100").click()
    page.get_by_role("link", name="Adjust", exact=True).click()
    page.get_by_label("Tokens:").fill("7.5")
    page.get_by_label("Reason:").fill("Promised at the fair.")
    page.get_by_role("button", name="Post the adjustment").click()
    expect(page.get_by_text("7.5 tokens are posted.")).to_be_visible()


def find_it_in_the_journal(page: Page, watch: Watch) -> None:
    """Read the transaction and its two entries; there is nothing to save, and what is tried all the same is refused."""
    go_to(page, "Transactions")
    row = page.get_by_role("row").filter(has_text="Promised at the fair.")
    expect(row).to_contain_text("A-100")
    row.get_by_role("link").first.click()
    expect(page.get_by_role("cell", name="7.5", exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name="-7.5", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    expect(page.get_by_role("link", name="Delete")).to_have_count(0)
    watch.expect(403, "/operator/ledger/transaction/add/")
    page.goto("/operator/ledger/transaction/add/")


def test_the_day_of_an_operator(
    office: Page, olga: User, bob: User, contract_a: Contract, shared_a: Pool, bobs_pool: Pool, fund: Fund, watch: Watch
) -> None:
    fund(bobs_pool, "100")
    order = jobs.JobOrder(contract_a.id, bob.pk, "generative_study")
    job = jobs.start(idempotency=fresh_key(f"user:{bob.pk}"), order=order).job
    jobs.report_results(idempotency=fresh_key("system"), job_id=job.id)
    known = set(Rate.objects.values_list("service", "amount_mt", "effective_from"))
    preview(office)
    change_the_rate(office, olga)
    assert known < set(Rate.objects.values_list("service", "amount_mt", "effective_from"))
    adjust(office)
    assert balance(shared_a.id).available_mt == 7_500
    find_it_in_the_journal(office, watch)
