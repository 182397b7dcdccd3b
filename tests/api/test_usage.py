"""GET /usage: live figures of what one may see."""

import pytest
from django.contrib.auth.models import User

from ledger.contracts import add_member
from ledger.models import Contract, Pool
from portal.api.clients import issue_token
from tests.api.caller import Api, ok, problem


@pytest.fixture
def used(funded: None, as_bob: Api, as_carol: Api, as_desktop: Api) -> None:
    """Bob used 11 and 5 tokens, the 5 came back; Carol used 11 for project P."""
    study = {"service": "generative_study"}
    for caller, order, verb in (
        (as_bob, study, "complete"),
        (as_bob, {"service": "analysis"}, "fail"),
        (as_carol, {**study, "project": "P"}, "complete"),
    ):
        job = ok(caller.post("/jobs", order), 201)
        ok(as_desktop.post(f"/jobs/{job['id']}/results"))
        ok(as_desktop.post(f"/jobs/{job['id']}/{verb}"))


def rows(caller: Api, **query: object) -> list[list[object]]:
    report = ok(caller.get("/usage", **query))
    keys = [key for key in query.get("group_by", "").split(",") if key]  # type: ignore[attr-defined]
    return [[row[key] for key in [*keys, "jobs", "charged", "refunded", "net"]] for row in report["rows"]]


def test_usage_is_added_up_by_what_is_asked_for(used: None, as_carol: Api, as_desktop: Api) -> None:
    for caller in (as_carol, as_desktop):
        assert rows(caller, group_by="service") == [
            ["analysis", 1, "5", "5", "0"],
            ["generative_study", 2, "22", "0", "22"],
        ]
        assert rows(caller, group_by="user,project") == [
            ["bob@example.com", "", 2, "16", "5", "11"],
            ["carol@example.com", "P", 1, "11", "0", "11"],
        ]
    report = ok(as_carol.get("/usage?group_by=service&group_by=month"))
    assert {"service", "month"} < set(report["rows"][0])
    assert report["totals"] == {"jobs": 3, "charged": "27", "refunded": "5", "net": "22"}


def test_end_users_see_their_own_usage(used: None, as_bob: Api, as_user: type[Api], carol: User) -> None:
    assert rows(as_bob) == [[2, "16", "5", "11"]]
    assert rows(as_bob, user="carol@example.com") == []
    assert rows(as_user(carol, "tokens:read")) == [[1, "11", "0", "11"]]


def test_usage_is_chosen_by_filters_and_period(used: None, as_carol: Api, bobs_pool: Pool) -> None:
    assert rows(as_carol, user="Bob@example.com") == [[2, "16", "5", "11"]]
    assert rows(as_carol, user="nobody@example.com") == []
    assert rows(as_carol, project="P") == [[1, "11", "0", "11"]]
    assert rows(as_carol, pool=str(bobs_pool.id)) == [[2, "16", "5", "11"]]
    assert rows(as_carol, service="analysis") == [[1, "5", "5", "0"]]
    assert rows(as_carol, to="2020-01-01T00:00:00Z") == []
    assert rows(as_carol, **{"from": "2020-01-01T00:00:00Z"}) == [[3, "27", "5", "22"]]


def test_a_service_client_needs_the_scope_for_reports(as_user: None, desktop_id: str) -> None:
    problem(client(desktop_id, "tokens:read").get("/usage"), 403, "forbidden")
    ok(client(desktop_id, "reports:read").get("/usage"))


def test_usage_is_one_contracts(used: None, as_carol: Api, as_stranger: Api, carol: User, contract_b: Contract) -> None:
    problem(as_carol.get("/usage", contract=str(contract_b.id)), 404, "not_found")
    assert ok(as_stranger.get("/usage"))["rows"] == []
    add_member(contract=contract_b, user=carol)
    problem(as_carol.get("/usage"), 400, "contract_required")


def test_what_usage_cannot_be_added_up_by_is_refused(as_carol: Api) -> None:
    for words in ("weather", "service,service", ""):
        assert list(problem(as_carol.get("/usage", group_by=words), 400, "invalid")["errors"]) == ["group_by"]


def client(client_id: str, *scopes: str) -> Api:
    return Api(issue_token(client_id=client_id, scopes=scopes))
