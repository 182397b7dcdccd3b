"""What is malformed, ambiguous or unknown is refused with a problem: never guessed, never a 500."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from tests.api.caller import PROBLEM, Api, ok, problem

STUDY = {"service": "generative_study"}


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "",
        "null",
        "[]",
        '"text"',
        "\x00",
        b"\xff\xfe{\x00}\x00",
        '{"service": NaN}',
        '{"service": "analysis", "service": "rendering"}',
        '{"service": "analysis", "quantity": {"a": 1, "a": 2}}',
        '{"service": "\\ud800"}',
        '{"\\udfff": "analysis"}',
        '{"service": "ana\\u0000lysis"}',
        '{"service": "analysis", "servce": "analysis"}',
        '{"service": "analysis", "quantity": ' + "9" * 5000 + "}",
        "[" * 20_000,
        '{"a":' * 100_000,
        '{"service": ' + "[" * 20_000 + "]" * 20_000 + "}",
        '{"service": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
    ids=range(19),
)
@pytest.mark.parametrize("path", ["/jobs", "/quotes", "/jobs/settle"])
def test_a_body_that_can_be_misread_is_refused(as_bob: Api, path: str, content: str | bytes) -> None:
    response = as_bob.call("POST", path, content=content, headers={"Idempotency-Key": "k"})
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == PROBLEM


@pytest.mark.parametrize(
    "quantity",
    [
        1.0,
        1e3,
        "1e3",
        "0",
        0,
        "-1",
        -1,
        "1.2345",
        "1" * 13,
        True,
        None,
        "",
        " 1",
        "\u0661",
        [1],
        {},
        "NaN",
        "1,5",
        "0x1",
    ],
)
def test_an_amount_is_a_plain_decimal_above_zero(as_bob: Api, quantity: object) -> None:
    refused = problem(as_bob.post("/quotes", {**STUDY, "quantity": quantity}, key=None), 400, "invalid")
    assert list(refused["errors"]) == ["quantity"]


@pytest.mark.parametrize("quantity", [1, "1", "1.0", "0.001", "01"])
def test_an_amount_may_be_a_string_or_an_integer(as_bob: Api, quantity: object) -> None:
    ok(as_bob.post("/quotes", {**STUDY, "quantity": quantity}, key=None), 201)


@pytest.mark.parametrize(
    "at",
    [
        "2012-06-01",
        "2012-06-01T00:00:00",
        "2012-06-01 00:00:00Z",
        "٢٠١٢-06-01T00:00:00Z",
        "2012-13-01T00:00:00Z",
        "2012-06-01T00:00:60Z",
        "2012-06-01T00:00:00+99:99",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "20120601T000000Z",
        "now",
        "",
        "2012-06-01T00:00:00Z\x00",
    ],
)
def test_a_time_is_one_of_rfc_3339(as_bob: Api, at: str) -> None:
    assert "at" in problem(as_bob.get("/rates", at=at), 400, "invalid")["errors"]


@pytest.mark.parametrize("at", ["2012-06-01T00:00:00Z", "2012-06-01t02:00:00.123456789+02:00", "0001-01-01T00:00:00Z"])
def test_a_time_may_have_an_offset_and_a_fraction(as_bob: Api, at: str) -> None:
    ok(as_bob.get("/rates", at=at))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("statsu=running", "statsu"),
        ("status=walking", "status"),
        ("status=running&status=failed", "status"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=٣", "limit"),
        ("contract=1", "contract"),
        ("contract={0190a000-0000-7000-8000-000000000000}", "contract"),
        ("project=%00", "project"),
        ("cursor=nonsense", "cursor"),
        ("from=2013-01-01T00:00:00Z&to=2012-01-01T00:00:00Z", "to"),
    ],
)
def test_a_query_that_can_be_misread_is_refused(as_bob: Api, query: str, name: str) -> None:
    assert list(problem(as_bob.get(f"/jobs?{query}"), 400, "invalid")["errors"]) == [name]


def test_a_body_over_1_mib_is_too_large(as_bob: Api) -> None:
    content = json.dumps({**STUDY, "comment": "x" * 1024 * 1024})
    problem(as_bob.call("POST", "/quotes", content=content), 413, "body_too_large")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "*/*",
        "",
    ],
)
def test_only_json_is_read(as_bob: Api, content_type: str) -> None:
    response = as_bob.call("POST", "/quotes", content="service=analysis", content_type=content_type)
    problem(response, 415, "unsupported_media_type")


def test_only_json_is_answered(as_bob: Api) -> None:
    problem(as_bob.call("GET", "/me", headers={"Accept": "text/html"}), 406, "not_acceptable")
    ok(as_bob.call("GET", "/me", headers={"Accept": "text/html, */*;q=0.1"}))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "GREET"])
def test_a_method_that_is_not_there_is_refused_with_those_that_are(as_bob: Api, method: str) -> None:
    response = as_bob.call(method, "/jobs")
    problem(response, 405, "method_not_allowed")
    assert set(response["Allow"].split(", ")) == {"GET", "POST", "HEAD"}


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/me",
        "/api/v1/me/",
        "/api/v1/jobs/7",
        "/api/v1/jobs/%00",
        "/api/%ff",
        "/api/v1/jobs/{id}",
    ],
)
def test_an_address_that_is_none_is_a_problem_not_a_page(db: None, path: str) -> None:
    problem(Api().call("GET", path), 404, "not_found")
    problem(Api().call("POST", path, content="{"), 404, "not_found")


def test_what_django_itself_refuses_is_a_problem_too(as_bob: Api) -> None:
    response = Client().get("/api/v1/me", headers={"Host": "elsewhere.example"})
    assert (response.status_code, response["Content-Type"]) == (400, PROBLEM)


def test_head_answers_like_get_without_a_body(as_bob: Api) -> None:
    response = Client().head("/api/v1/me", headers={"Authorization": f"Bearer {as_bob.token}"})
    assert (response.status_code, response.content) == (200, b"")


def test_no_answer_may_be_kept_by_a_cache(as_bob: Api) -> None:
    assert as_bob.get("/me")["Cache-Control"] == "no-store"


def test_the_api_describes_itself_to_everybody(db: None) -> None:
    document = Client().get(reverse("api-schema"))
    assert document["Content-Type"].startswith("application/json")
    assert json.loads(document.content)["openapi"].startswith("3.1")
    yaml = Client().get(reverse("api-schema"), headers={"Accept": "application/yaml, application/vnd.oai.openapi"})
    assert yaml.content.startswith(b"openapi: 3.1")


def test_the_page_of_the_api_shows_all_of_its_document(db: None) -> None:
    document = json.loads(Client().get(reverse("api-schema")).content)
    page = Client().get(reverse("api-docs"))
    assert page.status_code == 200
    shown = page.content.decode()
    operations = [found for methods in document["paths"].values() for found in methods.values()]
    assert all(f'id="{found["operationId"]}"' in shown and escape(found["summary"]) in shown for found in operations)
    shapes = document["components"]["schemas"]
    assert all(f'id="shape-{name}"' in shown for name in shapes)
    named = set(re.findall(r'href="#([^"]+)"', shown))
    assert named <= set(re.findall(r'id="([^"]+)"', shown))
    fields = {field for shape in shapes.values() for field in shape.get("properties", {})}
    assert all(f"<code>{field}</code>" in shown for field in fields)
