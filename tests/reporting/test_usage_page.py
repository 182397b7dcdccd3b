"""Individual Usage: grouping, ranges, filters, comparison, and the way from a figure to the ledger's entries."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from ledger.contracts import add_member
from ledger.models import Contract, Entry, Job, Pool
from reporting.rollups import fold
from reporting.written import written_day
from tests.cast import make_user
from tests.reporting.conftest import Work

BASE = "/management/reporting/"
USAGE = f"{BASE}individual-usage/"
Fund = Callable[..., None]
SignIn = Callable[[User], Client]


def rows_in(text: str) -> list[list[str]]:
    """The cells of the table's body and foot, amounts as their exact value."""
    rows = re.findall(r"<tr>\s*(<th scope=\"row\">.*?)</tr>", text, flags=re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in rows]
    return [[re.sub(r"<svg.*?</svg>|<[^d/][^>]*>|</[^>]*>", "", _exact(cell)).strip() for cell in row] for row in cells]


def _exact(cell: str) -> str:
    amount = re.search(r'<data value="([^"]+)"', cell)
    return amount[1] if amount else cell


def links_in(text: str, path: str) -> list[str]:
    """The links of the table's lines to a page behind them, not those of pictures, which are not tabbed to."""
    return [
        unescape(link)
        for link in re.findall(rf'href="({BASE}{path}/[^"]*)">(?:Jobs<span|Entries<span|All jobs<)', text)
    ]


@pytest.fixture
def days_ago() -> Callable[[int], datetime]:
    """Noon (UTC) of an earlier day."""
    noon = timezone.now().astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return lambda days: noon - timedelta(days=days)


@pytest.fixture
def used(bobs_pool: Pool, alice: User, bob: User, fund: Fund, work: Work, days_ago: Callable[[int], datetime]) -> None:
    """Bob used 5 and 10 on two days of the last week, had 20 refunded, and 5 two weeks ago; Alice used 20."""
    fund(bobs_pool, "1000", at=days_ago(60))
    fund(alice.pools.get(), "1000", at=days_ago(60))
    work(bob, "analysis", at=days_ago(40))
    work(bob, "analysis", at=days_ago(12))
    work(bob, "analysis", at=days_ago(5), project="bridge")
    work(alice, "model_creation", at=days_ago(4), project="tower")
    work(bob, "cfd_moderate", at=days_ago(3), project="bridge")
    work(bob, "model_creation", outcome="refunded", at=days_ago(2))
    fold()


def test_everyone_sees_their_own_usage_by_service(used: None, bob: User, signed_in: SignIn) -> None:
    text = signed_in(bob).get(USAGE + "?range=7").text
    assert [row[:5] for row in rows_in(text)] == [
        ["CFD solve (moderate)", "1", "10", "0", "10"],
        ["Analysis", "1", "5", "0", "5"],
        ["Model creation", "1", "20", "20", "0"],
        ["Total", "3", "35", "20", "15"],
    ]


@pytest.mark.parametrize("group_by", ["service", "user", "project", "pool", "day", "week", "month"])
def test_whatever_it_is_grouped_by_the_total_is_the_same(
    group_by: str, used: None, alice: User, signed_in: SignIn
) -> None:
    rows = rows_in(signed_in(alice).get(f"{USAGE}?scope=contract&range=all&group_by={group_by}").text)
    assert rows[-1][:5] == ["Total", "6", "65", "20", "45"]
    assert sum(float(row[4]) for row in rows[:-1]) == 45


def test_the_whole_contract_by_user_and_project(used: None, alice: User, signed_in: SignIn) -> None:
    text = signed_in(alice).get(f"{USAGE}?scope=contract&range=30&group_by=user&group_by=project&sort=name").text
    assert [row[:2] + row[5:6] for row in rows_in(text)[:-1]] == [
        ["Alice", "tower", "20"],
        ["Bob", "No project", "5"],
        ["Bob", "bridge", "15"],
    ]


def test_a_filter_narrows_the_report_and_can_be_removed(used: None, alice: User, signed_in: SignIn) -> None:
    client = signed_in(alice)
    text = client.get(f"{USAGE}?scope=contract&range=30&user=bob@example.com&project=bridge").text
    assert rows_in(text)[-1][:5] == ["Total", "2", "15", "0", "15"]
    removal = re.search(r'Project: bridge <a href="([^"]+)"', text)
    assert removal
    assert rows_in(client.get(USAGE + unescape(removal[1])).text)[-1][:5] == ["Total", "4", "40", "20", "20"]


def test_each_row_is_compared_with_the_days_before(used: None, bob: User, signed_in: SignIn) -> None:
    rows = rows_in(signed_in(bob).get(USAGE + "?range=7&sort=name").text)
    assert [(row[0], *row[6:8]) for row in rows] == [
        ("Analysis", "5", "0"),
        ("CFD solve (moderate)", "0", "10"),
        ("Model creation", "0", "0"),
        ("Total", "5", ""),
    ]


def test_own_days_include_the_last_one(
    used: None, bob: User, signed_in: SignIn, days_ago: Callable[[int], datetime]
) -> None:
    first, last = days_ago(5).date(), days_ago(3).date()
    text = signed_in(bob).get(f"{USAGE}?first={first}&last={last}&group_by=day").text
    assert [(row[0], row[4]) for row in rows_in(text)] == [
        (written_day(first), "5"),
        (written_day(last), "10"),
        ("Total", "15"),
    ]
    assert text.count('<path class="bar" d=') == 2  # the day between has none


@pytest.mark.parametrize("group_by", ["service", "user", "project", "pool", "day", "week", "month"])
def test_from_every_row_a_link_leads_to_jobs_that_add_up_to_it(
    group_by: str, used: None, alice: User, signed_in: SignIn
) -> None:
    client = signed_in(alice)
    text = client.get(f"{USAGE}?scope=contract&range=30&group_by={group_by}&group_by=service").text
    for row, link in zip(rows_in(text), links_in(text, "jobs"), strict=True):
        net = row[4] if group_by == "service" else row[5]
        jobs = rows_in(client.get(link).text.replace('<td class="keep">', '<th scope="row">'))
        assert sum(float(job[6]) for job in jobs) == float(net), row
    assert len(rows_in(text)) > 1


def test_from_every_job_a_link_leads_to_entries_that_add_up_to_zero(used: None, bob: User, signed_in: SignIn) -> None:
    client = signed_in(bob)
    links = links_in(client.get(f"{BASE}jobs/?range=7").text, "entries")
    assert len(links) == 4
    for link in links:
        rows = rows_in(client.get(link).text)
        assert len(rows) >= 4
        assert sum(float(row[5]) for row in rows) == 0
        job = Job.objects.get(pk=link.partition("job=")[2])
        assert sum(float(row[5]) for row in rows if row[3] == "Used") * 1000 == job.captured_mt - job.refunded_mt


def test_the_books_of_a_contract_are_shown_whole_page_by_page(
    used: None, contract_a: Contract, alice: User, bob: User, work: Work, signed_in: SignIn
) -> None:
    for _ in range(12):
        work(bob)
    client, address, numbers = signed_in(alice), f"{BASE}entries/?range=all", []
    while address:
        text = client.get(address).text
        numbers += [int(row[0]) for row in rows_in(text)]
        older = re.search(r'href="(\?[^"]*before=\d+)"', text)
        address = f"{BASE}entries/{unescape(older[1])}" if older else ""
    assert numbers == list(range(Entry.objects.filter(contract=contract_a).count(), 0, -1))


def test_names_that_look_like_markup_stay_text(
    contract_a: Contract, shared_a: Pool, alice: User, fund: Fund, work: Work, signed_in: SignIn
) -> None:
    eve = make_user("eve")
    User.objects.filter(pk=eve.pk).update(first_name="<script>alert(1)</script>", email='"><img src=x>@example.com')
    add_member(contract=contract_a, user=eve, uses_shared=True)
    fund(shared_a, "100")
    work(eve, project="<b>'\"&{{ 7 }}")
    client = signed_in(alice)
    for address in ("individual-usage/?group_by=user&group_by=project&group_by=pool", "jobs/?", "entries/?range=all"):
        text = client.get(f"{BASE}{address}&scope=contract").text
        assert not re.search(r"<script>|<img|<b>", text)
    assert "&lt;b&gt;" in client.get(f"{BASE}jobs/?scope=contract").text


@pytest.mark.parametrize(
    "query",
    [
        "first=2026-02-30",
        "first=now",
        "last=%D9%A2%D9%A0%D9%A2%D9%A6-01-01",
        "first=2026-02-02&last=2026-02-01",
        "pool=1",
        "service=%00",
        "project=%00",
    ],
)
def test_a_filter_that_means_nothing_is_refused_in_words(
    query: str, contract_a: Contract, bob: User, signed_in: SignIn
) -> None:
    client = signed_in(bob)
    for address in ("individual-usage/", "jobs/", "by-project/"):
        assert client.get(f"{BASE}{address}?{query}").status_code == 400
    assert 'role="alert"' in client.get(f"{USAGE}?{query}").text


@pytest.mark.parametrize(
    "query",
    [
        "first=0001-01-01&last=9999-12-31",
        "first=9999-12-31",
        "last=0001-01-01",
        "group_by=nothing&group_by=&range=tomorrow",
        "page=999999",
        "service=unknown&project=&scope=everyone",
        "group_by=day&first=1000-01-01",
    ],
)
def test_an_odd_question_still_gets_an_answer(query: str, used: None, bob: User, signed_in: SignIn) -> None:
    client = signed_in(bob)
    for address in ("individual-usage/", "jobs/", "by-project/"):
        answer = client.get(f"{BASE}{address}?{query}")
        assert answer.status_code == 200
        assert answer.getvalue()


@pytest.mark.parametrize("query", ["before=x", "before=99999999999999999999", "before=-1", "job=1", "pool=x"])
def test_a_link_that_no_page_has_leads_nowhere(
    query: str, contract_a: Contract, alice: User, signed_in: SignIn
) -> None:
    assert signed_in(alice).get(f"{BASE}entries/?{query}").status_code == 404
