"""The CSV: what the screen shows, in columns that never change, with nothing in it that a spreadsheet would run."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ledger.jobs import fail
from ledger.models import Pool
from reporting.exports import COLUMNS, harmless
from tests.cast import fresh_key
from tests.reporting.conftest import LONG_AGO, Work

BASE = "/management/reporting/"
SignIn = Callable[[User], Client]


@pytest.fixture
def used(shared_a: Pool, alice: User, carol: User, fund: Callable[..., None], work: Work) -> None:
    fund(shared_a, "1000", at=LONG_AGO)
    work(alice, "analysis", at=LONG_AGO, project="=1+1")
    work(carol, "model_derivative", outcome="refunded", at=LONG_AGO, project='a "b", c')
    work(carol, "cfd_complex", at=LONG_AGO)


def read(client: Client, query: str) -> list[dict[str, str]]:
    answer = client.get(f"{BASE}individual-usage.csv?{query}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="usage-[a-z0-9-]+-\d{8}T\d{6}Z.csv"', answer.headers["Content-Disposition"]
    )
    return list(csv.DictReader(StringIO(answer.getvalue().decode())))


def test_the_columns_are_the_documented_ones_whatever_is_asked(used: None, alice: User, signed_in: SignIn) -> None:
    for query in ("group_by=day", "scope=contract&range=all&group_by=user&group_by=pool", "service=none"):
        first_line = signed_in(alice).get(f"{BASE}individual-usage.csv?{query}").getvalue().decode().splitlines()[0]
        assert first_line == (
            "service,service_name,user,user_name,project,pool,pool_name,day,week,month,"
            "jobs,charged,refunded,net,from,to,as_of"
        )
    assert len(COLUMNS) == 17


def test_the_file_says_what_the_page_says(used: None, alice: User, shared_a: Pool, signed_in: SignIn) -> None:
    rows = read(signed_in(alice), "scope=contract&range=all&group_by=service&group_by=pool&user=carol@example.com")
    assert [(row["service"], row["service_name"], row["pool"], row["jobs"], row["net"]) for row in rows] == [
        ("cfd_complex", "CFD solve (complex)", str(shared_a.id), "1", "35"),
        ("model_derivative", "Model derivative", str(shared_a.id), "1", "0"),
    ]
    assert {row["charged"] for row in rows} == {"35", "0.5"}


def test_the_file_says_from_when_to_when_and_as_of_when(used: None, alice: User, signed_in: SignIn) -> None:
    (row,) = read(signed_in(alice), "first=2026-03-01&last=2026-03-31&group_by=month")
    assert (row["from"], row["to"]) == ("2026-03-01T00:00:00+00:00", "2026-04-01T00:00:00+00:00")
    assert row["month"] == "2026-03"
    assert (datetime.now(UTC) - datetime.fromisoformat(row["as_of"])).total_seconds() < 60


def test_text_that_a_spreadsheet_would_run_is_made_harmless(used: None, alice: User, signed_in: SignIn) -> None:
    rows = read(signed_in(alice), "scope=contract&range=all&group_by=project")
    assert [row["project"] for row in rows] == ["", "'=1+1", 'a "b", c']


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_whatever_starts_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "bridge", "a=b", "1-2", " x"])
def test_other_text_is_left_alone(text: str) -> None:
    assert harmless(text) == text


def test_a_refund_of_an_earlier_charge_is_a_negative_number(
    shared_a: Pool, alice: User, fund: Callable[..., None], work: Work, signed_in: SignIn
) -> None:
    fund(shared_a, "100", at=LONG_AGO)
    job = work(alice, "model_derivative", outcome="charged", at=LONG_AGO)
    fail(idempotency=fresh_key(), job_id=job.id, at=LONG_AGO + timedelta(days=1))
    (row,) = read(signed_in(alice), "first=2026-03-03&last=2026-03-03")
    assert [row[name] for name in ("jobs", "charged", "refunded", "net")] == ["0", "0", "0.5", "-0.5"]
