"""What people read when something goes wrong: helpful pages with the right status."""

import re

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from structlog.contextvars import get_contextvars

from ledger.errors import Conflict, Forbidden, LedgerBusy, NotFound
from ledger.models import Contract
from portal.references import ReferenceMiddleware, reference_of
from portal.refusals import RefusalMiddleware
from tests.portal.conftest import SignIn, World
from tests.portal.pages import page, text_of


def test_an_unknown_address_is_404_with_a_way_home(world: World, bob: User, sign_in: SignIn) -> None:
    response = sign_in(bob).get("/no/such/page/")
    assert response.status_code == 404
    assert "There is nothing here" in text_of(response)
    assert "Site menu" in text_of(response)


def test_a_form_without_its_token_is_explained(bob: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    response = client.post(page("enable-benefits"))
    assert response.status_code == 403
    assert "Please send the form again" in text_of(response)


def test_a_person_without_a_contract_is_shown_the_way_to_one(stranger: User, sign_in: SignIn) -> None:
    response = sign_in(stranger).get(page("jobs"))
    assert response.status_code == 403
    assert "Enable your subscription benefits first" in text_of(response)
    assert page("benefits") in text_of(response)


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html"])
def test_the_last_resorts_need_neither_request_nor_database(name: str) -> None:
    assert "Home" in render_to_string(name)


@pytest.mark.parametrize(
    ("refusal", "status"), [(Forbidden("No."), 403), (NotFound(), 404), (LedgerBusy(), 503), (Conflict("Hm."), 409)]
)
def test_a_refusal_that_no_view_answered_is_a_page(
    refusal: Exception, status: int, contract_a: Contract, bob: User
) -> None:
    request = RequestFactory().get("/")
    request.user, request.membership, request.session = (
        bob,
        contract_a.memberships.get(user=bob),
        SessionStore(),
    )
    response = RefusalMiddleware(lambda _: None).process_exception(request, refusal)
    assert response.status_code == status


def test_a_fault_of_ours_is_not_taken_for_a_refusal(bob: User) -> None:
    assert RefusalMiddleware(lambda _: None).process_exception(RequestFactory().get("/"), ValueError()) is None


def test_an_error_page_has_the_reference_that_the_log_has(world: World, bob: User, sign_in: SignIn) -> None:
    response = sign_in(bob).get("/no/such/page/")
    reference = response.headers["X-Request-ID"]
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", reference)
    assert f"<code>{reference}</code>" in text_of(response)
    assert f"{page('support')}?reference={reference}" in text_of(response)


def test_what_breaks_is_logged_under_the_reference_that_people_read() -> None:
    def log_and_break(request: HttpRequest) -> HttpResponse:
        seen.append(get_contextvars()["reference"])
        return HttpResponse(render_to_string("500.html", {"reference": reference_of(request)}), status=500)

    seen: list[str] = []
    answer = ReferenceMiddleware(log_and_break)(RequestFactory().get("/"))
    assert seen == [answer.headers["X-Request-ID"]]
    assert seen[0] in text_of(answer)
    assert "reference" not in get_contextvars()


def test_an_error_page_leads_back_to_where_one_was_and_nowhere_else(bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    for came, back in (
        ("http://testserver/benefits/?numbers=yes", 'href="/benefits/?numbers=yes"'),
        ("http://elsewhere.example/benefits/", None),
        ("http://testserver//elsewhere.example/", None),
    ):
        shown = text_of(client.get("/no/such/page/", headers={"Referer": came}))
        assert ("Back to where you were" in shown) == bool(back)
        assert back is None or back in shown


def test_the_address_of_a_form_says_that_it_is_none_of_a_page(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    response = client.get(page("leave"), headers={"Accept": "text/html"})
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert "where a form is sent to" in text_of(response)
    assert client.get(page("leave")).content == b""
