"""Buying, click by click: approved by a second person, given up, as a draft, by card, by code, without scripts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from ledger.balances import balance
from ledger.models import Contract, Order, Pack, Pool
from ledger.orders import create_activation_code
from portal.models import Notice
from portal.notifications import scan

pytestmark = pytest.mark.django_db(transaction=True)
SignedIn = Callable[..., Page]
Check = Callable[[Page], None]
CONFIRM = "/management/buy/confirm/?pack=500&quantity=2&channel="


@pytest.fixture
def taxed(contract_a: Contract) -> Contract:
    """19 % VAT, and orders above 1,000.00 wait."""
    Contract.objects.update(tax_rate_bp=1_900, tax_name="VAT", approval_limit_cents=100_000)
    contract_a.refresh_from_db()
    return contract_a


def password(page: Page, user: User) -> None:
    """Give the password, so that nothing asks for it later."""
    page.goto("/accounts/reauthenticate/?next=/support/")
    page.get_by_label("Password").fill(f"secret-{user.username}")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()


def order_over_the_limit(page: Page) -> None:
    """Choose two packs of 500 tokens, look at the total, and send the order for approval."""
    page.goto("/management/buy/")
    page.get_by_label("500 tokens").check()
    page.get_by_label("Number of packs").fill("2")
    expect(page.locator("#total")).to_contain_text("USD 3,534.30")
    expect(page.locator("#total")).to_contain_text("Above the limit")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("row", name="Total")).to_contain_text("USD 3,534.30")
    page.get_by_role("button", name="Place order").click()
    dialog = page.get_by_role("dialog", name="Place this order?")
    expect(dialog).to_contain_text("USD 3,534.30")
    expect(dialog).to_contain_text("1,000 tokens")
    dialog.get_by_role("button", name="Yes, send it for approval").click()
    expect(page.get_by_role("heading", name="Order A-100-0001")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Approved")).to_contain_text("waited for")


def test_a_coordinator_buys_over_the_limit_and_the_administrator_approves(
    taxed: Contract, carol: User, alice: User, shared_a: Pool, signed_in: SignedIn
) -> None:
    page = signed_in(carol)
    password(page, carol)
    order_over_the_limit(page)
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    scan.collect()
    assert [notice.user for notice in Notice.objects.filter(kind="order_waits")] == [alice]

    theirs = signed_in(alice)
    password(theirs, alice)
    theirs.goto("/management/orders/")
    theirs.get_by_role("button", name="Approve").click()
    asked = theirs.get_by_role("dialog", name="Approve this order?")
    expect(asked).to_contain_text("USD 3,534.30")
    asked.get_by_role("button", name="Yes, approve it").click()
    expect(theirs.get_by_role("heading", name="Receipt A-100-0001")).to_be_visible()
    expect(theirs.get_by_role("main")).to_contain_text("alice@example.com")
    theirs.emulate_media(media="print")
    expect(theirs.locator(".site-header")).to_be_hidden()
    expect(theirs.get_by_role("row", name="Total")).to_contain_text("USD 3,534.30")
    assert balance(shared_a.id).available_mt == 1_000_000


def test_an_order_that_waits_is_given_up(
    taxed: Contract, carol: User, shared_a: Pool, signed_in: SignedIn, assert_accessible: Check
) -> None:
    page = signed_in(carol, viewport={"width": 320, "height": 800})
    password(page, carol)
    page.goto(CONFIRM + "direct")
    page.get_by_label("Purchase order number").fill("PO-4711")
    page.get_by_role("button", name="Place order").click()
    assert_accessible(page)
    page.get_by_role("button", name="Yes, send it for approval").click()
    page.get_by_role("button", name="Cancel the order").click()
    assert_accessible(page)
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_text("The order is cancelled; nothing was bought.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("PO-4711")
    assert Order.objects.get().status == "cancelled"
    assert balance(shared_a.id).available_mt == 0


def test_a_draft_waits_until_it_is_ordered(
    contract_a: Contract, carol: User, shared_a: Pool, signed_in: SignedIn
) -> None:
    page = signed_in(carol)
    password(page, carol)
    page.goto(CONFIRM + "store")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_role("heading", name="Draft of an order")).to_be_visible()
    page.goto("/management/buy/")
    page.get_by_role("link", name="500 tokens").click()
    page.get_by_role("link", name="Check and order").click()
    page.get_by_role("button", name="Place order").click()
    page.get_by_role("button", name="Yes, place the order").click()
    expect(page.get_by_role("heading", name="Receipt A-100-0001")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", name="Receipt A-100-0001")).to_be_visible()
    assert balance(shared_a.id).available_mt == 1_000_000


def test_a_card_is_paid_at_the_provider_and_the_tokens_are_there(
    contract_a: Contract,
    carol: User,
    shared_a: Pool,
    signed_in: SignedIn,
    settings: LazySettings,
    assert_accessible: Check,
) -> None:
    settings.PAYMENT_PROVIDER = "dummy"
    page = signed_in(carol)
    password(page, carol)
    page.goto(CONFIRM + "store")
    page.get_by_role("button", name="Place order").click()
    page.get_by_role("button", name="Yes, place the order").click()
    expect(page.get_by_role("main")).to_contain_text("Placed, to be paid")
    assert balance(shared_a.id).available_mt == 0
    page.get_by_role("link", name="Pay USD 2,970.00").click()
    assert_accessible(page)
    page.get_by_role("button", name="Pay (demonstration)").click()
    expect(page.get_by_role("heading", name="Receipt A-100-0001")).to_be_visible()
    assert balance(shared_a.id).available_mt == 1_000_000


def test_a_page_that_waits_for_the_provider_shows_the_receipt_by_itself(
    contract_a: Contract, carol: User, signed_in: SignedIn, settings: LazySettings
) -> None:
    settings.PAYMENT_PROVIDER = "dummy"
    page, other = signed_in(carol), signed_in(carol)
    password(page, carol)
    page.goto(CONFIRM + "store")
    page.get_by_role("button", name="Place order").click()
    page.get_by_role("button", name="Yes, place the order").click()
    address = page.url
    page.goto(f"{address}?paid")
    expect(page.get_by_role("main")).to_contain_text("You have just paid?")
    other.goto(f"{address}pay/")
    if (hello := other.get_by_role("dialog").get_by_role("button", name="Continue")).count():
        hello.click()
    other.get_by_role("button", name="Pay (demonstration)").click()
    expect(page.get_by_role("heading", name="Receipt A-100-0001")).to_be_visible()


def test_an_activation_code_brings_its_tokens(
    contract_a: Contract, carol: User, shared_a: Pool, signed_in: SignedIn
) -> None:
    code = create_activation_code(pack=Pack.objects.get(code="100"), quantity=3)
    page = signed_in(carol)
    password(page, carol)
    page.goto("/management/buy/")
    page.get_by_role("link", name="Redeem an activation code").click()
    page.get_by_label("Activation code").fill("AAAAAA-BBBBBB-CCCCCC-DDDDDD")
    page.get_by_role("button", name="Redeem").click()
    expect(page.get_by_text("This activation code is not valid")).to_be_visible()
    page.get_by_label("Activation code").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Redeem").click()
    expect(page.get_by_role("heading", name="Receipt A-100-0001")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("paid to the reseller")
    assert balance(shared_a.id).available_mt == 300_000


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1440), ("light", 320), ("dark", 320)])
def test_who_may_not_buy_asks_who_may(
    contract_a: Contract, bob: User, signed_in: SignedIn, assert_accessible: Check, theme: str, width: int
) -> None:
    page = signed_in(bob, color_scheme=theme, viewport={"width": width, "height": 900})
    page.goto("/support/")
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    if width == 320:
        page.get_by_text("Menu", exact=True).click()
    page.get_by_role("link", name="Ask for tokens").click()
    expect(page.get_by_role("main")).to_contain_text("alice@example.com")
    page.get_by_label("How many tokens do you need?").fill("300")
    page.get_by_label("What for?").fill("The bridge needs forty more studies.")
    assert_accessible(page)
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("Your request is on its way to Alice, Carol.")).to_be_visible()


def test_buying_needs_neither_scripts_nor_a_mouse(
    new_context: Callable[..., BrowserContext], live_server: Any, contract_a: Contract, alice: User, shared_a: Pool
) -> None:
    page = new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    page.goto("/management/buy/")
    page.get_by_label("Email").fill(alice.email)
    page.get_by_label("Password").fill("secret-alice")
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    page.get_by_label("Number of packs").fill("3")
    page.get_by_role("button", name="Update the total").press("Enter")
    expect(page.locator("#total")).to_contain_text("USD 900.00")
    page.get_by_label("Number of packs").fill("1")
    page.get_by_role("button", name="Continue").press("Enter")
    page.get_by_label("Password").fill("secret-alice")
    page.get_by_label("Password").press("Enter")
    page.get_by_role("button", name="Place order").press("Enter")
    dialog = page.get_by_role("dialog", name="Place this order?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Yes, place the order").press("Enter")
    expect(page.get_by_role("heading", name="Receipt A-100-0001")).to_be_visible()
    assert balance(shared_a.id).available_mt == 100_000
