"""The operators' pages in a browser: they work under the site's strict policy, which the watch observes."""

from collections.abc import Callable

from django.conf import LazySettings
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger.balances import balance
from ledger.models import Pool, Rate


def test_olga_changes_a_rate_and_corrects_a_pool(
    olga: User, shared_a: Pool, signed_in: Callable[..., Page], settings: LazySettings
) -> None:
    settings.OPERATORS_NEED_SECOND_FACTOR = False
    page = signed_in(olga)
    page.goto(f"/{settings.ADMIN_PATH}")
    page.get_by_role("link", name="Rates", exact=True).first.click()
    page.goto(f"/{settings.ADMIN_PATH}ledger/rate/{Rate.objects.all()[0].id}/change/")
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
