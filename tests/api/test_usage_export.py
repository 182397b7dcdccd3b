"""GET /usage/export and /operations/{id}: usage as files, at once or by the worker."""

import csv
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User

from ledger.models import Contract, Role
from portal.api.clients import issue_token
from portal.exports import queue
from portal.models import Export
from tests.api.caller import Api, ok, problem
from tests.api.test_usage import used

__all__ = ["used"]


@pytest.fixture(autouse=True)
def export_dir(settings: Any, tmp_path: Any) -> None:
    settings.EXPORT_DIR = tmp_path


def lines(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(StringIO(response.getvalue().decode())))


def test_a_small_export_is_the_answer(used: None, as_carol: Api, as_desktop: Api) -> None:
    for caller in (as_carol, as_desktop):
        rows = lines(caller.get("/usage/export", group_by="service"))
        assert [(row["service"], row["net"]) for row in rows] == [("analysis", "0"), ("generative_study", "22")]
    response = as_carol.get("/usage/export", format="csv")
    assert response["Export-Columns"] == "charges/1"
    assert len(lines(response)) == 4
    assert sum(float(row["PricingQuantity"]) for row in lines(as_carol.get("/usage/export", format="focus-csv"))) == 22
    book = as_carol.get("/usage/export", format="xlsx", group_by="user")
    assert "xl/workbook.xml" in ZipFile(BytesIO(book.getvalue())).namelist()


def test_end_users_get_their_own_usage(used: None, as_bob: Api, as_stranger: Api) -> None:
    assert {row["user"] for row in lines(as_bob.get("/usage/export"))} == {"bob@example.com"}
    assert lines(as_bob.get("/usage/export", user="carol@example.com")) == []
    problem(as_stranger.get("/usage/export"), 403, "not_enabled")


def test_callers_may_accept_what_they_get(used: None, as_carol: Api) -> None:
    for media_type in ("text/csv", "*/*"):
        assert as_carol.call("GET", "/usage/export", headers={"Accept": media_type}).status_code == 200
    answer = as_carol.call("GET", "/usage/export", headers={"Accept": "text/csv"}, query={"from": "yesterday"})
    problem(answer, 400, "invalid")


def test_a_large_export_is_an_operation(used: None, as_carol: Api, as_alice: Api, settings: Any) -> None:
    settings.EXPORT_ROWS_AT_ONCE = 0
    response = as_carol.get("/usage/export")
    begun = ok(response, 202)
    assert (begun["status"], begun["progress"], begun["result"]) == ("queued", 0, None)
    assert response["Location"] == f"/api/v1/operations/{begun['id']}"
    assert ok(as_carol.get("/usage/export"), 202)["id"] == begun["id"], "the same question is the same operation"
    problem(as_carol.get(f"/operations/{begun['id']}/file"), 404, "not_found")
    queue.drain()
    done = ok(as_carol.get(response["Location"]))
    assert (done["status"], done["progress"]) == ("succeeded", 100)
    assert len(lines(as_carol.get(done["result"]))) == 4
    problem(as_alice.get(f"/operations/{begun['id']}"), 404, "not_found")


def test_a_right_that_was_lost_ends_the_operation(
    used: None, as_carol: Api, carol: User, contract_a: Contract, settings: Any
) -> None:
    settings.EXPORT_ROWS_AT_ONCE = 0
    begun = ok(as_carol.get("/usage/export"), 202)
    queue.drain()
    contract_a.memberships.filter(user=carol).update(role=Role.END_USER)
    problem(as_carol.get(f"/operations/{begun['id']}/file"), 404, "not_found")


def test_a_service_client_keeps_its_own_operations(used: None, as_desktop: Api, desktop_id: str, settings: Any) -> None:
    settings.EXPORT_ROWS_AT_ONCE = 0
    begun = ok(as_desktop.get("/usage/export"), 202)
    queue.drain()
    assert len(lines(as_desktop.get(f"/operations/{begun['id']}/file"))) == 4
    assert Export.objects.get().user is None
    problem(
        Api(issue_token(client_id=desktop_id, scopes=["tokens:read"])).get(f"/operations/{begun['id']}"),
        404,
        "not_found",
    )
