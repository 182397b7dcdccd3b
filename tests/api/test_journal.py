"""The journal through the API: JSON in pages, plain-text accounting as a stream."""

from collections.abc import Callable, Iterable
from typing import cast

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client

from ledger.books import heading, lines
from ledger.models import Contract, Entry, Pool
from tests.api.caller import Api, ok, problem

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def books(bobs_pool: Pool, fund: Callable[..., None], as_bob: Api, as_desktop: Api) -> None:
    """A grant, three holds, a charge."""
    fund(bobs_pool, "100")
    jobs = [ok(as_bob.post("/jobs", {"service": "analysis"}), 201)["id"] for _ in range(3)]
    ok(as_desktop.post(f"/jobs/{jobs[0]}/complete"))


def text(api: Api, **query: str) -> tuple[StreamingHttpResponse, str]:
    response = Client().get("/api/v1/journal", query, headers={"Authorization": f"Bearer {api.token}"})
    assert response.status_code == 200
    assert isinstance(response, StreamingHttpResponse)
    return response, b"".join(cast(Iterable[bytes], response.streaming_content)).decode()


def test_pages_hold_every_entry_once_in_order(as_alice: Api) -> None:
    found, address = [], "/journal?limit=2"
    while address:
        page = ok(as_alice.get(address))
        assert len(page["results"]) <= 2
        found += page["results"]
        address = page["next"]
    assert [transaction["kind"] for transaction in found] == ["grant", "hold", "hold", "hold", "capture"]
    entries = [entry for transaction in found for entry in transaction["entries"]]
    assert [entry["seq"] for entry in entries] == list(range(1, Entry.objects.count() + 1))
    assert [entry["amount"] for entry in entries[:4]] == ["-100", "100", "-5", "5"]


def test_it_begins_with_the_transaction_of_an_entry(as_alice: Api) -> None:
    page = ok(as_alice.get("/journal", from_seq=6))
    assert [transaction["entries"][0]["seq"] for transaction in page["results"]] == [5, 7, 9]
    assert ok(as_alice.get("/journal", from_seq=1000))["results"] == []


@pytest.mark.parametrize("book_format", ["hledger", "beancount"])
@pytest.mark.parametrize("from_seq", [1, 5])
def test_text_is_what_the_command_writes(as_carol: Api, contract_a: Contract, book_format: str, from_seq: int) -> None:
    response, found = text(as_carol, format=book_format, from_seq=str(from_seq))
    told = lines(contract_id=contract_a.id, book_format=book_format, from_seq=from_seq)  # type: ignore[arg-type]
    assert found == heading(book_format) + "".join(told)  # type: ignore[arg-type]
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]


def test_end_users_may_not_read_the_books(as_bob: Api) -> None:
    problem(as_bob.get("/journal"), 403, "forbidden")


def test_other_contracts_have_no_books(as_mallory: Api, contract_a: Contract) -> None:
    for book_format in ("json", "hledger"):
        problem(as_mallory.get("/journal", contract=str(contract_a.id), format=book_format), 404, "not_found")


@pytest.mark.parametrize("query", [{"format": "xml"}, {"from_seq": "0"}, {"from_seq": "-1"}, {"limit": "1001"}])
def test_what_cannot_be_meant_is_refused(as_alice: Api, query: dict[str, str]) -> None:
    response: HttpResponse = as_alice.get("/journal", **query)
    assert response.status_code == 400
