"""Generate: the cost before, the red box, and starting exactly what was agreed to, once."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ledger.balances import balance
from ledger.models import Contract, Job, Pool, Service
from portal.models.preferences import ServicePool
from tests.portal.conftest import Fund, SignIn
from tests.portal.pages import fields_of, page, text_of

STUDY = {"service": "generative_study", "quantity": "1", "count": "1", "pool": "", "project": "", "comment": ""}


@pytest.fixture
def client(bob: User, contract_a: Contract, bobs_pool: Pool, fund: Fund, sign_in: SignIn) -> Client:
    """Bob, with 100 tokens of his own."""
    fund(bobs_pool, "100")
    return sign_in(bob)


def priced(client: Client, **changes: str) -> dict[str, Any]:
    """Ask for the cost and return the form as it then stands in the browser."""
    shown = client.post(page("generate-cost"), {**fields_of(client.get(page("generate"))), **STUDY, **changes})
    return {**fields_of(shown), **STUDY, **changes}


def test_the_cost_shows_required_available_and_will_remain(client: Client) -> None:
    shown = text_of(client.post(page("generate-cost"), {**fields_of(client.get(page("generate"))), **STUDY}))
    for words in ("<strong>11 tokens</strong>", "<dd>100 tokens</dd>", "<dd>89 tokens</dd>"):
        assert words in shown


def test_the_first_sight_of_the_page_shows_a_cost_already(client: Client) -> None:
    shown = client.get(page("generate") + "?service=generative_study")
    assert "<strong>11 tokens</strong>" in text_of(shown)
    assert fields_of(shown)["service"] == "generative_study"


def test_htmx_gets_the_cost_alone(client: Client) -> None:
    data = {**fields_of(client.get(page("generate"))), **STUDY}
    shown = text_of(client.post(page("generate-cost"), data, headers={"HX-Request": "true"}))
    assert "<strong>11 tokens</strong>" in shown
    assert "<html" not in shown


def test_generate_holds_the_tokens_of_one_job(client: Client, bobs_pool: Pool) -> None:
    answer = client.post(page("generate"), priced(client, project="bridge", comment="first"))
    job = Job.objects.get()
    assert answer.url == page("job", job_id=job.id)
    assert (job.project, job.comment, job.price_mt) == ("bridge", "first", 11_000)
    assert balance(bobs_pool.id).held_mt == 11_000


def test_a_double_click_starts_once(client: Client) -> None:
    form = priced(client)
    first, second = (client.post(page("generate"), form) for _ in range(2))
    assert first.url == second.url
    assert Job.objects.count() == 1


def test_three_studies_are_three_jobs(client: Client) -> None:
    assert client.post(page("generate"), priced(client, count="3")).url == page("jobs")
    assert Job.objects.count() == 3


def test_studies_that_do_not_all_fit_start_none(client: Client) -> None:
    answer = client.post(page("generate"), priced(client, count="10"))
    assert "Not enough tokens" in text_of(answer)
    assert Job.objects.count() == 0


def test_the_red_box_offers_the_largest_number_that_fits(client: Client) -> None:
    form = priced(client, count="10")
    shown = text_of(client.post(page("generate-cost"), form))
    assert "Not enough tokens" in shown
    assert "-10 tokens" in shown
    assert "Reduce to 9 studies" in shown
    reduced = client.post(page("generate-cost"), {**form, "use_count": "9"})
    assert fields_of(reduced)["count"] == "9"
    client.post(page("generate"), {**STUDY, **fields_of(reduced)})
    assert Job.objects.count() == 9


def test_the_red_box_offers_the_pools_that_would_suffice(
    client: Client, bob: User, contract_a: Contract, bobs_pool: Pool, shared_a: Pool, fund: Fund
) -> None:
    fund(shared_a, "500")
    contract_a.memberships.filter(user=bob).update(uses_shared=True)
    form = priced(client, count="10", pool=str(bobs_pool.id))
    assert "Use Shared Tokens (500 tokens available)" in text_of(client.post(page("generate-cost"), form))
    switched = client.post(page("generate-cost"), {**form, "use_pool": str(shared_a.id)})
    assert "<dd>390 tokens</dd>" in text_of(switched)
    client.post(page("generate"), {**form, **fields_of(switched)})
    assert balance(shared_a.id).held_mt == 110_000


def test_nothing_starts_at_a_price_that_was_not_shown(client: Client) -> None:
    unseen = {**fields_of(client.get(page("generate"))), **STUDY, "quote": "", "agreed": ""}
    assert "Press Generate again to agree" in text_of(client.post(page("generate"), unseen))
    changed = {**priced(client), "count": "2"}
    again = client.post(page("generate"), changed)
    assert "Press Generate again to agree" in text_of(again)
    assert Job.objects.count() == 0
    client.post(page("generate"), {**changed, **fields_of(again)})
    assert Job.objects.count() == 2


def test_a_form_for_another_contract_is_stopped(client: Client, contract_b: Contract) -> None:
    answer = client.post(page("generate"), {**priced(client), "contract": str(contract_b.id)})
    assert "You switched to another contract" in text_of(answer)
    assert Job.objects.count() == 0


def test_shared_tokens_cannot_be_named_by_who_may_not_use_them(client: Client, shared_a: Pool, fund: Fund) -> None:
    fund(shared_a, "500")
    answer = client.post(page("generate"), {**priced(client), "pool": str(shared_a.id)})
    assert "not one of the available choices" in text_of(answer)


def test_a_contract_can_demand_a_project(client: Client, contract_a: Contract) -> None:
    Contract.objects.filter(id=contract_a.id).update(project_required=True)
    form = priced(client)
    assert "This field is required" in text_of(client.post(page("generate"), form))
    client.post(page("generate"), {**form, "project": "bridge"})
    assert Job.objects.get().project == "bridge"


def test_a_service_can_be_paid_from_the_pool_one_prefers(
    client: Client, bob: User, contract_a: Contract, shared_a: Pool, fund: Fund
) -> None:
    fund(shared_a, "500")
    contract_a.memberships.filter(user=bob).update(uses_shared=True)
    ServicePool.objects.create(user=bob, service=Service.objects.get(code="generative_study"), kind="shared")
    client.post(page("generate"), priced(client))
    assert Job.objects.get().pool_id == shared_a.id


@pytest.mark.parametrize("quantity", ["0", "-1", "1e3", "x", "1.2345"])
def test_a_quantity_that_means_nothing_is_refused(client: Client, quantity: str) -> None:
    answer = client.post(page("generate"), {**priced(client), "quantity": quantity})
    assert answer.status_code == 200
    assert Job.objects.count() == 0


def test_a_covered_service_costs_nothing_and_says_why(client: Client) -> None:
    shown = text_of(client.post(page("generate-cost"), priced(client, service="generative_study_extension")))
    assert "Nothing is charged" in shown


def test_who_is_not_enabled_is_sent_to_the_benefits(client: Client, bob: User, contract_a: Contract) -> None:
    contract_a.memberships.filter(user=bob).update(enabled_at=None)
    assert "Enable them first" in text_of(client.get(page("generate")))


def test_markup_in_a_comment_stays_text(client: Client) -> None:
    client.post(page("generate"), priced(client, comment="<script>alert(1)</script>", project="<b>x"))
    shown = text_of(client.get(page("job", job_id=Job.objects.get().id)))
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown
    assert "<b>x" not in shown
