"""What people keep of the reports: views by name, for themselves alone, and the columns they like."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ledger.models import Contract, Pool
from reporting.kept import MOST_VIEWS, save_view
from reporting.models import SavedView
from tests.reporting.conftest import Work

BASE = "/management/reporting/"
QUERY = "scope=contract&group_by=user&range=90&sort=name"
SignIn = Callable[[User], Client]


def keep(client: Client, name: str, query: str = QUERY, tab: str = "by-user") -> str:
    """Save a view as the form does, and return the page that follows."""
    return client.post(f"{BASE}views/", {"name": name, "tab": tab, "query": query}, follow=True).text


def kept_in(text: str) -> list[tuple[str, str]]:
    """The saved views that the page offers: name and address."""
    listed = re.search(r'aria-label="Saved views">(.*?)</ul>', text, flags=re.DOTALL)
    links = re.findall(r'href="([^"]+)"[^>]*>([^<]+)</a>', listed[1]) if listed else []
    return [(unescape(name), unescape(address)) for address, name in links]


def test_a_saved_view_leads_back_to_the_very_report(contract_a: Contract, carol: User, signed_in: SignIn) -> None:
    client = signed_in(carol)
    text = keep(client, "Who & how much")
    assert "“Who &amp; how much” is saved" in text
    ((name, address),) = kept_in(client.get(f"{BASE}expiring/").text)
    assert (name, address) == ("Who & how much", f"{BASE}by-user/?{QUERY}")
    assert re.search(r'aria-current="true">Who &amp; how much</a>', client.get(address).text)


def test_a_view_of_the_same_name_is_replaced(contract_a: Contract, carol: User, signed_in: SignIn) -> None:
    client = signed_in(carol)
    keep(client, "Mine")
    assert kept_in(keep(client, "Mine", "range=7", "individual-usage")) == [
        ("Mine", f"{BASE}individual-usage/?range=7")
    ]


def test_views_are_of_one_person_on_one_contract(
    contract_a: Contract, contract_b: Contract, carol: User, alice: User, mallory: User, signed_in: SignIn
) -> None:
    keep(signed_in(carol), "Carol's own")
    view = SavedView.objects.get()
    for other in (alice, mallory):
        client = signed_in(other)
        assert kept_in(client.get(f"{BASE}individual-usage/").text) == []
        assert client.post(f"{BASE}views/{view.pk}/delete/").status_code == 404
    contract_b.memberships.create(user=carol)
    client = signed_in(carol)
    client.post("/contract/", {"contract": str(contract_b.id)})
    assert kept_in(client.get(f"{BASE}individual-usage/").text) == []


def test_a_view_can_be_deleted(contract_a: Contract, carol: User, signed_in: SignIn) -> None:
    client = signed_in(carol)
    keep(client, "Old")
    address = f"{BASE}views/{SavedView.objects.get().pk}/delete/"
    text = client.post(address, {"tab": "expiring", "query": ""}, follow=True).text
    assert "“Old” is deleted" in text
    assert kept_in(text) == []


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "with\0nul"])
def test_a_view_needs_a_name_that_can_be_kept(name: str, contract_a: Contract, carol: User, signed_in: SignIn) -> None:
    assert "was not saved" in keep(signed_in(carol), name)
    assert not SavedView.objects.exists()


def test_nobody_keeps_views_without_end(contract_a: Contract, carol: User, signed_in: SignIn) -> None:
    for number in range(MOST_VIEWS):
        save_view(user_id=carol.pk, contract_id=contract_a.id, name=f"{number}", tab="expiring", query="")
    assert f"You keep {MOST_VIEWS} views already" in keep(signed_in(carol), "One more")
    assert SavedView.objects.count() == MOST_VIEWS


@pytest.mark.parametrize("tab", ["https://evil.example/", "//evil.example", "jobs", ""])
def test_a_form_leads_nowhere_but_to_a_tab(tab: str, contract_a: Contract, carol: User, signed_in: SignIn) -> None:
    answer = signed_in(carol).post(f"{BASE}columns/", {"tab": tab, "query": "//evil.example"})
    assert answer.headers["Location"].startswith(f"{BASE}individual-tokens/")


def test_columns_are_remembered_on_every_usage_table(
    bobs_pool: Pool, bob: User, fund: Callable[..., None], work: Work, signed_in: SignIn
) -> None:
    fund(bobs_pool, "100")
    work(bob)
    client = signed_in(bob)
    assert len(re.findall(r"<th scope=\"col\"", table_in(client.get(f"{BASE}individual-usage/").text))) == 9
    client.post(f"{BASE}columns/", {"tab": "by-project", "query": "", "column": ["net", "jobs", "nonsense"]})
    for _ in range(2):
        headings = re.findall(r"#usage\">([^<]+)</a>", table_in(client.get(f"{BASE}by-project/").text))
        assert headings == ["Project", "Jobs", "Net"]
        client = signed_in(bob)  # another session


def table_in(text: str) -> str:
    return text[
        text.index('<table class="table table-sm caption-top usage"') : text.index(
            "</table>", text.index("caption-top usage")
        )
    ]


def test_suggestions_name_members_and_projects_of_this_contract(
    bobs_pool: Pool,
    contract_b: Contract,
    alice: User,
    bob: User,
    fund: Callable[..., None],
    work: Work,
    signed_in: SignIn,
) -> None:
    fund(bobs_pool, "100")
    work(bob, project="bridge")
    fund(alice.pools.get(), "100")
    work(alice, project="tower")
    asked = f"{BASE}suggestions/"
    assert re.findall('value="([^"]+)"', signed_in(alice).get(asked, {"user": "EXAMPLE"}).text) == [
        "alice@example.com",
        "bob@example.com",
        "carol@example.com",
    ]
    assert re.findall('value="([^"]+)"', signed_in(alice).get(asked, {"code": "R"}).text) == ["bridge", "tower"]
    assert re.findall('value="([^"]+)"', signed_in(bob).get(asked, {"code": ""}).text) == ["bridge"]
    assert signed_in(bob).get(asked, {"user": "a\0"}).text.strip() == ""
