"""The operators' pages in a browser: they work under the site's strict policy, which the watch observes."""

from collections.abc import Callable

from django.conf import LazySettings
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger.balances import balance
from ledger.models import Contract, Membership, Pack, Pool
from ledger.orders import place
from tests.cast import fresh_key


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
