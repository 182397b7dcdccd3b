"""What belongs to another contract answers exactly as what does not exist: status, headers and body, byte for byte."""

import json
import re
from typing import Any

import pytest
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client

from ledger.ids import new_id
from tests.api.caller import Api
from tests.doors.addresses import every_address
from tests.doors.asking import ask, parameters
from tests.doors.conftest import Site
from tests.doors.table import Row, rows

# What differs between any two answers: when, how many are left, its reference, the token against forged forms.
CHANGING = {"RateLimit", "Set-Cookie", "X-Request-ID"}
TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value="|X-CSRFToken&quot;: &quot;|csrf-token" content=")[^"&]+')
AS_OF = re.compile(rb'"as_of":"[^"]+"|<(p|span) class="as-of">.*?</(p|span)>|<p class="reference">.*?</p>')
OUTSIDERS = ("mallory", "stranger")


def shown(response: Any, *ids: str) -> tuple[int, dict[str, str], bytes]:
    """All of an answer that must be the same; the ids that were asked for are made alike."""
    assert isinstance(response, HttpResponseBase)
    headers = {name: value for name, value in response.headers.items() if name not in CHANGING}
    content = response.getvalue() if isinstance(response, StreamingHttpResponse) else response.content
    body = AS_OF.sub(b"", TOKEN.sub(b"", content))
    for known in ids:
        body = body.replace(known.encode(), b"ID")
        headers = {name: value.replace(known, "ID") for name, value in headers.items()}
    return response.status_code, headers, body


def about_an_object(row: Row) -> list[str]:
    """The parameters of the row's address that are ids of a contract's objects."""
    return [name for name in every_address()[row.name] if name.endswith("_id") and name != "client_id"]


OBJECTS = [row for row in rows("api", "pages") if about_an_object(row)]


@pytest.mark.parametrize("role", OUTSIDERS)
def test_an_id_of_another_contract_is_like_one_of_none(role: str, site: Site) -> None:
    assert len(OBJECTS) > 25
    for row in OBJECTS:
        there = parameters(row, site)
        nowhere = there | {name: str(new_id()) for name in about_an_object(row)}
        ids = [given[name] for given in (there, nowhere) for name in about_an_object(row)]
        one, other = (shown(ask(row, role, site, given), *ids) for given in (there, nowhere))
        assert one == other, row.label
        # Reports tell a person without a contract how to get one, whatever was asked for.
        told = role == "stranger" and row.label.startswith("GET reporting:")
        assert one[0] in ((200,) if told else (403, 404)), row.label


def bodies(site: Site, contract: str, pool: str, job: str) -> list[tuple[str, dict[str, Any]]]:
    """Bodies that name something of a contract."""
    study = {"service": "analysis"}
    give = {"contract": contract, "user": "bob@example.com", "amount": "1", "direction": "give"}
    return [
        ("/quotes", {**study, "contract": contract}),
        ("/quotes", {**study, "pool": pool}),
        ("/jobs", {**study, "contract": contract}),
        ("/jobs", {**study, "pool": pool}),
        ("/jobs", {**study, "quote": job}),
        ("/jobs/batch", {"items": [{**study, "pool": pool}], "mode": "each"}),
        ("/jobs/settle", {"items": [{"job": job, "verb": "cancel"}]}),
        ("/allocations", give),
        ("/orders", {"contract": contract, "pack": "100", "channel": "store"}),
    ]


def test_so_it_is_in_bodies(site: Site) -> None:
    mallory: Api = site.by_token["mallory"]
    there = (str(site.world.contract.id), str(site.shared.id), str(site.world.running.id))
    nowhere = tuple(str(new_id()) for _ in there)
    for one, other in zip(bodies(site, *there), bodies(site, *nowhere), strict=True):
        answers = [shown(mallory.post(path, body), *there, *nowhere) for path, body in (one, other)]
        assert answers[0] == answers[1], one


QUERIES = ("contract", "pool")
LISTS = [row.name for row in rows("api") if row.method == "GET" and "{" not in row.name]


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("path", LISTS)
def test_so_it_is_in_queries(path: str, name: str, site: Site) -> None:
    mallory = site.by_token["mallory"]
    there = {"contract": str(site.world.contract.id), "pool": str(site.shared.id)}[name]
    nowhere = str(new_id())
    one, other = (shown(mallory.get(path, **{name: value}), there, nowhere) for value in (there, nowhere))
    assert one == other


def test_so_it_is_in_reports(site: Site) -> None:
    browser: Client = site.by_session["mallory"]
    browser.get("/")  # the first page of a session shows the allocation
    for path in ("jobs/?job=", "entries/?job=", "entries/?pool=", "entries/?range=all&pool="):
        for there in (str(site.shared.id), str(site.world.charged.id)):
            nowhere = str(new_id())
            one, other = (
                shown(browser.get(f"/management/reporting/{path}{value}"), there, nowhere) for value in (there, nowhere)
            )
            assert one == other, path


def test_people_of_another_contract_are_not_told_from_nobody(site: Site) -> None:
    mallory = site.by_token["mallory"]
    give = {"amount": "1", "direction": "give"}
    known, unknown = "bob@example.com", "nobody@example.com"
    answers = [
        shown(mallory.post("/allocations", {**give, "user": user}, key="k"), known, unknown)
        for user in (known, unknown)
    ]
    assert answers[0] == answers[1]
    for user in (known, unknown):
        assert json.loads(mallory.get("/usage", user=user).content).get("rows", []) == []
