"""The operators' pages in a browser: they work under the site's strict policy, which the watch observes."""

from collections.abc import Callable
from datetime import timedelta

from axe_playwright_python.sync_playwright import Axe
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from ledger.balances import balance
from ledger.models import Contract, Membership, Pack, Pool, Rate
from ledger.orders import place
from tests.cast import fresh_key


def test_olga_changes_a_rate_and_corrects_a_pool(
    olga: User, shared_a: Pool, signed_in: Callable[..., Page], settings: LazySettings
) -> None:
    settings.OPERATORS_NEED_SECOND_FACTOR = False
    page = signed_in(olga)
    page.goto(f"/{settings.ADMIN_PATH}")
    page.get_by_role("link", name="Rates", exact=True).first.click()
    coming = Rate.objects.all()[0]
    Rate.objects.filter(id=coming.id).update(effective_from=timezone.now() + timedelta(days=7))
    page.goto(f"/{settings.ADMIN_PATH}ledger/rate/{coming.id}/change/")
    page.get_by_role("link", name="Today").first.click()
    page.get_by_label("Minimum:").fill("0.5")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Password").fill("secret-olga")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.goto(f"/{settings.ADMIN_PATH}ledger/pool/{shared_a.id}/change/")
    page.get_by_label("Reason:").fill("Request 4711.")
    page.get_by_role("button", name="Read its books").click()
    page.get_by_role("link", name="Adjust", exact=True).click()
    page.get_by_label("Tokens:").fill("7.5")
    page.get_by_label("Reason:").fill("Promised at the fair.")
    page.get_by_role("button", name="Post the adjustment").click()
    expect(page.get_by_text("7.5 tokens are posted.")).to_be_visible()
    assert balance(shared_a.id).available_mt == 7_500
    page.goto(f"/{settings.ADMIN_PATH}ledger/subscription/add/")
    expect(page.get_by_label("Serial number:")).to_be_visible()


def test_olga_asks_what_last_month_would_have_cost_before_she_enters_a_rate(
    olga: User, rate_card: None, signed_in: Callable[..., Page], settings: LazySettings
) -> None:
    settings.OPERATORS_NEED_SECOND_FACTOR = False
    page = signed_in(olga)
    page.goto(f"/{settings.ADMIN_PATH}ledger/rate/")
    page.get_by_role("link", name="What would last month have cost?").click()
    expect(page.get_by_text("No job was charged in this month")).to_be_visible()
    page.get_by_label("But this service").select_option(label="Generative study")
    page.get_by_label("Tokens:").fill("12.5")
    page.get_by_role("button", name="Show").click()
    # Without preloading, for which axe would write a style into the page that the policy refuses.
    assert Axe().run(page, options={"preload": False}).response["violations"] == []
    page.get_by_role("link", name="Enter this rate").click()
    expect(page.get_by_label("Tokens:")).to_have_value("12.5")


def test_olga_makes_a_code_and_records_a_payment(
    olga: User, contract_a: Contract, shared_a: Pool, signed_in: Callable[..., Page], settings: LazySettings
) -> None:
    settings.OPERATORS_NEED_SECOND_FACTOR = False
    Contract.objects.update(pays_first=True)
    buyer = Membership.objects.select_related("contract", "user").get(role="administrator")
    order = place(idempotency=fresh_key(), membership=buyer, pack=Pack.objects.get(code="100")).order
    page = signed_in(olga)
    page.goto(f"/{settings.ADMIN_PATH}ledger/activationcode/add/")
    page.get_by_label("Pack:").select_option(label="100 tokens")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Password").fill("secret-olga")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("The code, which nobody can see again:")).to_be_visible()
    page.goto(f"/{settings.ADMIN_PATH}ledger/order/{order.id}/change/")
    page.get_by_label("Reason:").fill("Request 4711.")
    page.get_by_role("button", name="Read its books").click()
    page.get_by_label("What the bank calls it:").fill("bank 7")
    page.get_by_role("button", name="Record the payment").click()
    expect(page.get_by_text("The payment is recorded.")).to_be_visible()
    assert balance(shared_a.id).available_mt == 100_000
