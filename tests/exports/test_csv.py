"""CSV: what the screen's filters say, in the documented columns, with nothing that a spreadsheet would run."""

import csv
import re
from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse

from ledger.models import Contract, Entry, Job, Membership, Pack, Pool
from ledger.orders import place
from portal.models import Export
from portal.models.exports import ExportState
from reporting.exports import DATASETS, harmless
from reporting.usage import UsageScope, usage
from tests.cast import fresh_key
from tests.exports.conftest import Ask

Member = Callable[[Contract, User], Membership]
EVERYTHING = {"scope": "contract", "range": "all"}


def rows(answer: HttpResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(answer.getvalue().decode())))


@pytest.mark.parametrize("name", DATASETS)
def test_every_dataset_has_its_columns_even_without_a_row(
    name: str, contract_a: Contract, alice: User, ask: Ask
) -> None:
    format_ = "focus-csv" if name == "focus" else "csv"
    answer = ask(alice, "usage" if name == "focus" else name, format_, first="2001-01-01", last="2001-01-02")
    lines = answer.getvalue().decode().splitlines()
    assert lines[0] == ",".join(DATASETS[name].names)
    version = DATASETS[name].version
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Export-Columns"] == f"{name}/{version}"
    name_of_file = rf'attachment; filename="{name}-v{version}-a-100-\d{{8}}T\d{{6}}Z.csv"'
    assert re.fullmatch(name_of_file, answer.headers["Content-Disposition"])


def test_raw_lines_add_up_to_the_usage(
    history: None, contract_a: Contract, bobs_pool: Pool, alice: User, ask: Ask
) -> None:
    for pool in (None, bobs_pool.id):
        query = {**EVERYTHING, **({"pool": str(pool)} if pool else {})}
        lines = rows(ask(alice, "charges", "csv", **query))
        net_mt = sum(round(float(line["net"]) * 1000) for line in lines)
        assert net_mt == usage(scope=UsageScope((contract_a.id,), pool_id=pool)).totals.net_mt
        assert len(lines) == (5 if pool is None else 3)


def test_filters_are_the_screens(history: None, alice: User, bob: User, ask: Ask) -> None:
    march = {"scope": "contract", "first": "2026-03-01", "last": "2026-03-31"}
    assert len(rows(ask(alice, "charges", "csv", **march))) == 4
    assert [line["user"] for line in rows(ask(alice, "charges", "csv", **march, user="carol@example.com"))] == [
        "carol@example.com"
    ]
    assert {line["service"] for line in rows(ask(alice, "jobs", "csv", whose="all", status="failed"))} == {
        "model_derivative"
    }
    own = rows(ask(bob, "jobs", "csv"))
    assert {line["user"] for line in own} == {"bob@example.com"}
    assert len(own) == Job.objects.filter(user=bob).count() == 2


def test_the_entries_are_the_journal(history: None, contract_a: Contract, alice: User, bob: User, ask: Ask) -> None:
    found = rows(ask(alice, "entries", "csv", **EVERYTHING))
    assert [int(line["seq"]) for line in found] == list(range(1, Entry.objects.count() + 1))
    assert sum(round(float(line["amount"]) * 1000) for line in found) == 0
    assert {line["pool_user"] for line in rows(ask(bob, "entries", "csv", range="all"))} == {"bob@example.com"}


def test_members_orders_and_events(history: None, alice: User, ask: Ask) -> None:
    members = {line["user"]: line for line in rows(ask(alice, "members", "csv", **EVERYTHING))}
    assert (members["bob@example.com"]["net"], members["bob@example.com"]["available"]) == ("5", "52.5")
    (order,) = rows(ask(alice, "orders", "csv", scope="contract"))
    assert (order["tokens"], order["currency"], order["status"]) == ("100", "USD", "fulfilled")
    events = rows(ask(alice, "events", "csv", scope="contract"))
    moved = [(line["event"], line["pool_kind"], line["amount"]) for line in events if line["event"] == "allocate"]
    assert sorted(moved) == [("allocate", "individual", "7.5"), ("allocate", "shared", "-7.5")]


def test_an_order_says_net_tax_and_total(contract_a: Contract, alice: User, ask: Ask, member: Member) -> None:
    Contract.objects.update(tax_rate_bp=1_900, tax_name="VAT")
    place(idempotency=fresh_key(), membership=member(contract_a, alice), pack=Pack.objects.get(code="100"), quantity=2)
    (order,) = rows(ask(alice, "orders", "csv"))
    assert [order[name] for name in ("net", "tax", "total", "currency")] == ["600.00", "114.00", "714.00", "USD"]


def test_text_that_a_spreadsheet_would_run_is_made_harmless(history: None, alice: User, ask: Ask) -> None:
    (line,) = [line for line in rows(ask(alice, "charges", "csv", **EVERYTHING)) if line["service"] == "analysis"]
    assert (line["project"], line["comment"]) == ("'=1+1", "'@SUM(A1)")
    (order,) = rows(ask(alice, "orders", "csv"))
    assert order["purchase_order"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", " =1", "\u00a0@x"])
def test_whatever_starts_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "bridge", "a=b", "1-2", " x"])
def test_other_text_is_left_alone(text: str) -> None:
    assert harmless(text) == text


def test_what_was_sent_at_once_stands_in_the_history(history: None, alice: User, ask: Ask) -> None:
    size = len(ask(alice, "charges", "csv", **EVERYTHING).getvalue())
    export = Export.objects.get()
    assert (export.state, export.done, export.size_bytes) == (ExportState.SENT, 5, size)
    assert ["Whose", "Everyone"] in export.filters
