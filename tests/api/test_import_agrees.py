"""An imported log is told alike by the import's summary, GET /usage and the Reporting page, folded or not."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ledger.contracts import add_member
from ledger.models import Contract, Role
from reporting.rollups import fold
from tests.api.caller import Api, ok
from tests.ledger.imports.logs import DAY, run_import, swf, write_log

MARKUP = '<script>alert("`;")</script>'


@pytest.fixture
def summary(db: None, tmp_path: Path) -> dict[str, Any]:
    """The import of a log of 120 random jobs over two months, at a rate card with a name that looks like markup."""
    chance = random.Random(11)
    rows = [
        swf(
            number,
            number * DAY // 2,
            run=chance.randrange(0, 9_000),
            status=chance.choice([0, 1, 1, 1, 3, 4, 5]),
            user=chance.randrange(5),
            group=chance.randrange(3),
            partition=chance.choice([4, 5]),
        )
        for number in range(120)
    ]
    card = tmp_path / "card.csv"
    quoted = MARKUP.replace('"', '""')
    card.write_text(f'num,name,rate\n4,"{quoted}",1\n5,TestIB,2\n', encoding="utf-8")
    return run_import(write_log(tmp_path, *rows, name="told.swf"), rate_card=card)


@pytest.fixture
def reader(summary: dict[str, Any], carol: User) -> User:
    """Carol coordinates all the imported contracts."""
    for contract in Contract.objects.filter(number__startswith="told:"):
        add_member(contract=contract, user=carol, role=Role.COORDINATOR)
    return carol


def told(api: Api, group_by: str) -> dict[str, str]:
    """Net usage by one thing over all contracts, keys as in the log."""
    net: dict[str, int] = {}
    for contract in Contract.objects.filter(number__startswith="told:"):
        for row in ok(api.get("/usage", contract=str(contract.id), group_by=group_by))["rows"]:
            key = row[group_by].removeprefix("told:")
            net[key] = net.get(key, 0) + int(row["net"])
    return {key: str(amount) for key, amount in net.items()}


@pytest.mark.parametrize("folds", [False, True])
def test_summary_and_usage_agree(
    summary: dict[str, Any], reader: User, as_user: Callable[..., Api], *, folds: bool
) -> None:
    if folds:
        fold()
    api = as_user(reader)
    spent = {key: net for key, net in summary["by_user"].items() if net != "0"}
    assert {key: net for key, net in told(api, "user").items() if net != "0"} == spent
    assert told(api, "service") == summary["by_service"]
    assert {key: net for key, net in told(api, "month").items() if net != "0"} == summary["by_month"]
    assert int(summary["net"]) > 0


def test_the_page_shows_the_same_and_names_as_text(summary: dict[str, Any], reader: User, client: Client) -> None:
    client.force_login(reader)
    shown = 0
    for contract in Contract.objects.filter(number__startswith="told:"):
        client.post("/contract/", {"contract": str(contract.id)})
        page = client.get("/management/reporting/individual-usage/", {"scope": "contract", "range": "all"})
        shown += page.context["report"].totals.net_mt // 1000
        assert MARKUP not in page.content.decode()
        assert "&lt;script&gt;" in page.content.decode()
    assert str(shown) == summary["net"]
