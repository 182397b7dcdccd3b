"""Mallory administers another contract: by no address, filter, search or export does she see anything of Alice's."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger.contracts import individual_pool
from ledger.models import Contract
from tests.browser.acting import SignedIn, exported_csv, go, opened
from tests.browser.watch import Watch
from tests.doors.asking import address as address_of
from tests.doors.asking import names
from tests.doors.table import rows
from tests.portal.conftest import World, subscription, world

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["subscription", "world"]
THEIRS = ("Atelier Alpha", "alice@", "carol@", "bob@", "dana@", "erin@", "bridge", "The mesh was empty", "1,000")
REPORTS = "/management/reporting/"
# Addresses that a colleague of Alice's could have sent her, with ids and names of Alice's contract in them.
SENT = [
    "/?contract={contract_id}",
    "/generate/?contract={contract_id}&service=analysis",
    "/jobs/?whose=all&project=bridge&contract={contract_id}",
    "/support/?job={job_id}",
    "/support/software/?job={job_id}",
    "/management/members/?search=bob",
    "/management/orders/?status=awaiting_approval",
    "/management/audit/?who=alice&words=erin",
    "/exports/?contract={contract_id}",
    REPORTS + "individual-usage/?scope=contract&range=all&user=bob@example.com&pool={bobs_id}",
    REPORTS + "by-user/?range=all&project=bridge",
    REPORTS + "jobs/?scope=contract&range=all&pool={pool_id}&user=bob@example.com",
    REPORTS + "entries/?range=all&pool={pool_id}&job={job_id}&transaction={transaction_id}",
    REPORTS + "token-events/?pool={pool_id}",
    REPORTS + "token-events/?pool={bobs_id}&range=all",
    REPORTS + "expiring/?pool={pool_id}",
    REPORTS + "explain/balance/?pool={pool_id}",
    REPORTS + "explain/charge/{job_id}/",
    REPORTS + "suggestions/?user=bob&project=bri&field=user",
]


@pytest.fixture
def hers(world: World, contract_b: Contract, mallory: User, signed_in: SignedIn) -> Page:
    return opened(signed_in, mallory)


def given(world: World) -> dict[str, str]:
    bobs = individual_pool(contract_id=world.contract.id, user_id=world.members["bob"].user_id)
    return {**names(world), "bobs_id": str(bobs.id)}


def assert_nothing_of_theirs(page: Page, address: str) -> None:
    """Whatever she typed may stand there again, and nothing else of theirs."""
    shown = page.locator("body").inner_text()
    assert [words for words in THEIRS if words in shown and words.strip("@") not in address] == [], address


def test_every_page_about_an_object_of_theirs_is_not_there(hers: Page, world: World, watch: Watch) -> None:
    pages = [row for row in rows("pages") if row.method == "GET"]
    asked = [row for row in pages if (row.cells["mallory"], row.cells["alice"]) == ("404", "200")]
    assert {"portal:job", "portal:order", "portal:member", "portal:export", "portal:receipt"} <= {r.name for r in asked}
    for row in asked:
        watch.expect(404, address_of(row, given(world)))
        hers.goto(address_of(row, given(world)))
        expect(hers.get_by_role("heading", name="There is nothing here")).to_be_visible()
        expect(hers.get_by_text("Reference:")).to_be_visible()
        assert_nothing_of_theirs(hers, "")
    hers.get_by_role("main").get_by_role("link", name="Home").click()
    expect(hers.get_by_role("main")).to_contain_text("Bureau Beta")


def test_no_id_or_name_of_theirs_in_an_address_shows_more(hers: Page, world: World, watch: Watch) -> None:
    refused = 0
    for sent in SENT:
        address = sent.format(**given(world))
        answer = hers.goto(address)
        assert answer is not None
        if answer.status >= 400:
            refused += 1
            assert answer.status in (403, 404), address
            watch.expect(answer.status, address.partition("?")[0])
        assert_nothing_of_theirs(hers, address)
    assert 0 < refused < len(SENT)


def test_her_lists_and_files_have_only_her_own(hers: Page, world: World) -> None:
    for entry in ("Home", "Members and roles", "Orders", "Refund requests", "Benefit requests", "API clients"):
        go(hers, entry)
        expect(hers.get_by_role("heading", level=1)).to_be_visible()
        assert_nothing_of_theirs(hers, "")
    files = 0
    for address in ("/jobs/?whose=all", REPORTS + "token-events/", "/management/audit/", REPORTS + "entries/"):
        hers.goto(address)
        if hers.get_by_role("form", name="Export what is shown").count():
            files += 1
            assert not [line for line in exported_csv(hers) if any(words in str(line) for words in THEIRS)]
    hers.goto("/exports/")
    assert_nothing_of_theirs(hers, "")
    assert files > 0


def test_a_forged_form_exports_nothing_of_theirs(hers: Page, world: World, watch: Watch) -> None:
    hers.goto("/exports/")
    data = hers.get_by_role("form", name="Data")
    query = f"scope=contract&range=all&pool={given(world)['pool_id']}"
    add_it = "(form, field) => form.insertAdjacentHTML('beforeend', field)"
    data.evaluate(add_it, f'<input type="hidden" name="query" value="{query.replace("&", "&amp;")}">')
    watch.expect(404, "/exports/ask/")
    data.get_by_role("button", name="Export").click()
    expect(hers.get_by_role("heading", name="There is nothing here")).to_be_visible()
    assert_nothing_of_theirs(hers, "")
    hers.goto("/exports/")
    expect(hers.get_by_text("No exports yet.")).to_be_visible()
