"""No page asks the database more than a dozen times, however much there is to show."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from ledger import jobs, refunds
from tests.cast import fresh_key
from tests.portal.conftest import SignIn, World, charge, start
from tests.portal.pages import page, text_of

MOST = 12
PLAIN = (
    "home",
    "benefits",
    "jobs",
    "refund-requests",
    "buy",
    "orders",
    "enablings",
    "members",
    "invite",
    "invitations",
    "help",
    "security",
    "options",
    "audit-log",
    "support",
    "preferences",
)


@pytest.fixture
def busy(world: World, bob: User) -> World:
    """The world with thirty more jobs, and refund requests for some."""
    order = jobs.JobOrder(world.contract.id, bob.pk, "model_derivative")
    jobs.start_batch(idempotency=fresh_key(), orders=[order] * 30, mode="all_or_nothing")
    for _ in range(4):
        refunds.request_refund(user=bob, job_id=charge(start(bob, world.contract, "model_derivative")).id, reason="No.")
    return world


@pytest.mark.parametrize("name", PLAIN)
def test_a_page_of_alice(
    name: str, busy: World, alice: User, sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(alice)
    client.get(page("support-sent"))  # takes the dialog
    with django_assert_max_num_queries(MOST):
        assert client.get(page(name), {"whose": "all"}).status_code == 200


def test_the_page_with_the_dialog(busy: World, bob: User, sign_in: SignIn, django_assert_max_num_queries: Any) -> None:
    client = sign_in(bob)
    with django_assert_max_num_queries(MOST):
        assert "Your cloud allocation" in text_of(client.get(page("jobs")))


@pytest.mark.parametrize("name", ["job", "order", "member"])
def test_a_page_about_one_thing(
    name: str, busy: World, alice: User, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(alice)
    client.get(page("support-sent"))
    things = {"job": busy.charged.id, "order": busy.order.id, "member": busy.members["bob"].id}
    with django_assert_max_num_queries(MOST):
        assert client.get(page(name, **{f"{name}_id": things[name]})).status_code == 200
