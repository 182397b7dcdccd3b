"""What is asked before tokens move, and what people ask Product Support: in both themes, narrow and wide."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger.models import Contract, Pool
from tests.browser.acting import SignedIn, give_password, greet
from tests.browser.test_pages import LOOKS, sticks_out
from tests.portal.conftest import Fund

pytestmark = pytest.mark.django_db(transaction=True)
Check = Callable[[Page], None]


def ask_support(page: Page) -> str:
    """Write to Product Support, and return the number of the request."""
    page.goto("/support/software/")
    page.get_by_label("Product").select_option("Fusion")
    page.get_by_label("Subject").fill("Empty mesh")
    page.get_by_label("Describe the issue").fill("The study ended with an empty mesh.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Product Support has your message")).to_be_visible()
    return page.get_by_role("main").locator("code").inner_text()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_questions_are_accessible_and_fit(
    theme: str,
    width: int,
    contract_a: Contract,
    carol: User,
    shared_a: Pool,
    bobs_pool: Pool,
    fund: Fund,
    signed_in: SignedIn,
    assert_accessible: Check,
) -> None:
    fund(shared_a, "100")
    page = signed_in(carol, color_scheme=theme, viewport={"width": width, "height": 900})
    page.goto(f"/management/members/{contract_a.memberships.get(user_id=bobs_pool.user_id).id}/")
    greet(page)
    page.get_by_label("Tokens", exact=True).fill("30")
    page.get_by_role("button", name="Allocate").click()
    expect(page.get_by_role("dialog", name="Allocate 30 tokens to bob@example.com?")).to_be_visible()
    assert_accessible(page)
    assert not sticks_out(page)
    number = ask_support(page)
    page.goto("/support/")
    page.get_by_text("Empty mesh", exact=True).click()
    expect(page.get_by_text("The study ended with an empty mesh.")).to_be_visible()
    expect(page.get_by_role("region", name="What you asked lately")).to_contain_text(number)
    assert_accessible(page)
    assert not sticks_out(page)


def test_an_operator_answers_and_the_sender_sees_it(
    contract_a: Contract, bob: User, olga: User, signed_in: SignedIn, settings: LazySettings
) -> None:
    settings.OPERATORS_NEED_SECOND_FACTOR = False
    page, office = signed_in(bob), signed_in(olga)
    page.goto("/support/")
    greet(page)
    number = ask_support(page)
    office.goto("/operator/portal/supportrequest/?state__exact=open")
    office.get_by_role("row", name=number).get_by_role("link").first.click()
    expect(office.get_by_text("The study ended with an empty mesh.")).to_be_visible()
    office.get_by_label("State:").select_option("Answered")
    office.get_by_role("button", name="Save", exact=True).click()
    give_password(office, olga)
    expect(office.get_by_text("was changed successfully")).to_be_visible()
    page.goto("/support/")
    expect(page.get_by_role("region", name="What you asked lately")).to_contain_text("Answered")
