"""Deciding on refund requests: by administrators and coordinators, never on their own, never twice."""

from django.contrib.auth.models import User

from ledger import refunds
from ledger.balances import balance
from ledger.contracts import individual_pool
from ledger.models import Pool, RefundStatus
from tests.portal.conftest import Fund, SignIn, World, charge, start
from tests.portal.pages import page, text_of


def test_carol_approves_and_bob_has_his_tokens_back(
    world: World, carol: User, bobs_pool: Pool, sign_in: SignIn
) -> None:
    before = balance(bobs_pool.id).available_mt
    client = sign_in(carol)
    assert "The mesh was empty." in text_of(client.get(page("refund-requests")))
    for _ in range(2):
        client.post(page("approve-refund", request_id=world.asked.id))
    assert balance(bobs_pool.id).available_mt == before + 11_000
    world.asked.refresh_from_db()
    assert (world.asked.status, world.asked.decided_by) == (RefundStatus.APPROVED, carol)


def test_declining_needs_a_reason_which_bob_reads(world: World, carol: User, bob: User, sign_in: SignIn) -> None:
    client = sign_in(carol)
    address = page("decline-refund", request_id=world.asked.id)
    assert "Give a reason" in text_of(client.post(address, {"reason": " "}, follow=True))
    client.post(address, {"reason": "The results are fine."})
    assert "The results are fine." in text_of(sign_in(bob).get(page("job", job_id=world.charged.id)))


def test_nobody_decides_on_a_request_of_their_own(
    world: World, carol: User, alice: User, fund: Fund, sign_in: SignIn
) -> None:
    fund(individual_pool(contract_id=world.contract.id, user_id=carol.pk), "50")
    own = refunds.request_refund(user=carol, job_id=charge(start(carol, world.contract)).id, reason="Mine.")
    client = sign_in(carol)
    queue = text_of(client.get(page("refund-requests")))
    assert "This is your own request" in queue
    assert page("approve-refund", request_id=own.id) not in queue
    refused = client.post(page("approve-refund", request_id=own.id), follow=True)
    assert "Nobody decides on a request of their own" in text_of(refused)
    own.refresh_from_db()
    assert own.status == RefundStatus.PENDING
    assert page("approve-refund", request_id=own.id) in text_of(sign_in(alice).get(page("refund-requests")))


def test_a_decided_request_is_not_decided_again(world: World, carol: User, alice: User, sign_in: SignIn) -> None:
    sign_in(carol).post(page("decline-refund", request_id=world.asked.id), {"reason": "No."})
    late = sign_in(alice).post(page("approve-refund", request_id=world.asked.id), follow=True)
    assert "already been decided" in text_of(late)
    assert "Declined" in text_of(late)
