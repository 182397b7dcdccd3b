"""Job status: the list and its filters, one job with its lots, Cancel, and asking for a refund."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ledger import jobs
from ledger.balances import balance
from ledger.models import Contract, Job, JobStatus, Pool, RefundRequest
from portal.paging import SIZE
from tests.cast import fresh_key
from tests.portal.conftest import Fund, SignIn, charge, start
from tests.portal.pages import page, text_of


@pytest.fixture
def client(bob: User, contract_a: Contract, bobs_pool: Pool, fund: Fund, sign_in: SignIn) -> Client:
    """Bob, with 1,000 tokens of his own."""
    fund(bobs_pool, "1000")
    return sign_in(bob)


def test_the_list_shows_ones_own_jobs_and_filters_them(client: Client, bob: User, contract_a: Contract) -> None:
    running, done = start(bob, contract_a, project="bridge"), start(bob, contract_a, "analysis", project="tower")
    jobs.complete(idempotency=fresh_key("system"), job_id=done.id)
    everything = text_of(client.get(page("jobs")))
    assert str(running.id) in everything
    assert str(done.id) in everything
    for query in ("?status=completed", "?project=tower"):
        filtered = text_of(client.get(page("jobs") + query))
        assert str(done.id) in filtered
        assert str(running.id) not in filtered


def test_nonsense_in_the_address_lists_everything(client: Client, bob: User, contract_a: Contract) -> None:
    running = start(bob, contract_a)
    before_all_time = f"?before=0001-01-01T00:00%2B14:00~{running.id}"
    for query in (
        "?status=nonsense",
        "?before=nonsense",
        "?before=2026-01-01~x",
        before_all_time,
        f"?project={'x' * 200}",
    ):
        assert str(running.id) in text_of(client.get(page("jobs") + query))


def test_older_pages_go_on_where_the_last_one_ended(client: Client, bob: User, contract_a: Contract) -> None:
    order = jobs.JobOrder(contract_a.id, bob.pk, "generative_study")
    jobs.start_batch(idempotency=fresh_key(), orders=[order] * (SIZE + 3), mode="all_or_nothing")
    response = client.get(page("jobs"))
    older = client.get(page("jobs") + response.context["page"].older)
    shown = [*response.context["page"].rows, *older.context["page"].rows]
    assert len(response.context["page"].rows) == SIZE
    assert {job.id for job in shown} == set(Job.objects.values_list("id", flat=True))
    assert len(shown) == SIZE + 3
    assert older.context["page"].newest == "?"


def test_carol_sees_everyones_jobs_when_she_asks_for_them(
    client: Client, bob: User, carol: User, contract_a: Contract, sign_in: SignIn
) -> None:
    job = start(bob, contract_a)
    carols = sign_in(carol)
    assert str(job.id) not in text_of(carols.get(page("jobs")))
    assert str(job.id) in text_of(carols.get(page("jobs") + "?whose=all"))
    assert "bob@example.com" in text_of(carols.get(page("job", job_id=job.id)))


def test_a_job_shows_the_lots_it_drew_on_and_its_history(client: Client, bob: User, contract_a: Contract) -> None:
    shown = text_of(client.get(page("job", job_id=charge(start(bob, contract_a)).id)))
    assert "11 tokens from subscription gift" in shown
    assert "<li>Held, " in shown
    assert "<li>Consumed, " in shown


def test_cancelling_before_a_result_gives_the_tokens_back(
    client: Client, bob: User, contract_a: Contract, bobs_pool: Pool
) -> None:
    job = start(bob, contract_a)
    assert balance(bobs_pool.id).available_mt == 989_000
    for _ in range(2):
        answer = client.post(page("cancel-job", job_id=job.id), follow=True)
        assert "its tokens are back" in text_of(answer)
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    assert balance(bobs_pool.id).available_mt == 1_000_000


def test_cancel_is_not_offered_once_results_exist_and_says_why(client: Client, bob: User, contract_a: Contract) -> None:
    job = charge(start(bob, contract_a))
    shown = text_of(client.get(page("job", job_id=job.id)))
    assert "Results exist already" in shown
    assert page("cancel-job", job_id=job.id) not in shown
    assert "Results exist" in text_of(client.post(page("cancel-job", job_id=job.id), follow=True))
    job.refresh_from_db()
    assert job.status == JobStatus.PRODUCING


def test_cancel_after_results_refunds_where_the_service_does(
    client: Client, bob: User, contract_a: Contract, bobs_pool: Pool
) -> None:
    job = charge(start(bob, contract_a, "analysis"))
    assert page("cancel-job", job_id=job.id) in text_of(client.get(page("job", job_id=job.id)))
    client.post(page("cancel-job", job_id=job.id))
    assert balance(bobs_pool.id).available_mt == 1_000_000


def test_bob_asks_for_a_refund_once(client: Client, bob: User, contract_a: Contract) -> None:
    job = charge(start(bob, contract_a))
    address = page("request-refund", job_id=job.id)
    assert address in text_of(client.get(page("job", job_id=job.id)))
    assert "required" in text_of(client.post(address, {"reason": ""}))
    asked = client.post(address, {"reason": "The mesh was empty."}, follow=True)
    assert "administrators and coordinators" in text_of(asked)
    assert address not in text_of(asked)
    assert "already waiting" in text_of(client.post(address, {"reason": "Again."}, follow=True))
    assert RefundRequest.objects.count() == 1


def test_nothing_is_refunded_where_nothing_was_charged(client: Client, bob: User, contract_a: Contract) -> None:
    job = start(bob, contract_a)
    answer = client.post(page("request-refund", job_id=job.id), {"reason": "Please."}, follow=True)
    assert "consumed no tokens" in text_of(answer)
