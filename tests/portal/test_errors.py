"""What people read when something goes wrong: helpful pages with the right status."""

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from ledger.errors import Conflict, Forbidden, LedgerBusy, NotFound
from ledger.models import Contract
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


@pytest.mark.parametrize("name", ["400.html", "500.html"])
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
        {"allocation_shown": True},
    )
    response = RefusalMiddleware(lambda _: None).process_exception(request, refusal)
    assert response.status_code == status


def test_a_fault_of_ours_is_not_taken_for_a_refusal(bob: User) -> None:
    assert RefusalMiddleware(lambda _: None).process_exception(RequestFactory().get("/"), ValueError()) is None
