"""Makes the whole example: the organisation, its year, and what waits for a decision today."""

from datetime import timedelta

from ledger.benefits import request_enabling
from ledger.invitations import invite
from ledger.models import Benefit, Channel, Contract, Invitation, Pack
from ledger.options import set_options
from ledger.orders import place
from ledger.posting import system_key
from portal.demo.claims import PENDING_REASON, claim, one_is_pending
from portal.demo.history import play
from portal.demo.kept import Kept, load_kept, save_kept
from portal.demo.organisation import SERIAL_INFRAWORKS, Organisation, found
from portal.demo.people import ALICE, BOB, CAROL, GRACE, INVITED_EMAIL
from portal.demo.story import (
    HABITS_A,
    HABITS_B,
    PROJECTS_A,
    PROJECTS_B,
    Step,
    jobs_of_today,
    year_of_work,
)
from portal.demo.timeline import events

LIMIT_CENTS = 2_000_000


def make_example() -> tuple[Organisation, Kept]:
    """Return the example and its secrets, making what is missing: quick once made, and safe to interrupt."""
    kept = load_kept()
    organisation = found(kept)
    save_kept(kept)
    if not one_is_pending():
        _play_the_year(organisation, caller=f"client:{kept.client_id}")
        _leave_open_questions(organisation)
    return organisation, kept


def _play_the_year(organisation: Organisation, *, caller: str) -> None:
    """Post jobs and events in the order of time, because the books of a contract never go back in time."""
    anchor = organisation.anchor
    work: list[tuple[Contract, list[Step]]] = [
        (organisation.contract_a, year_of_work(HABITS_A, PROJECTS_A, anchor=anchor, seed="A")),
        (organisation.contract_b, year_of_work(HABITS_B, PROJECTS_B, anchor=anchor, seed="B")),
    ]
    work[0][1].extend(jobs_of_today(anchor=anchor))
    played_to = organisation.contract_a.starts_at
    for event in events(organisation):
        for contract, steps in work:
            due = [step for step in steps if played_to <= step.at < event.at]
            play(contract=contract, users=organisation.users, steps=due, caller=caller)
        event.act(event.at)
        played_to = event.at
    for contract, steps in work:
        rest = [step for step in steps if step.at >= played_to]
        play(contract=contract, users=organisation.users, steps=rest, caller=caller)


def _leave_an_order(organisation: Organisation) -> None:
    """Let Carol order more than she may alone, so that Alice has something to approve."""
    alice = organisation.member(ALICE)
    set_options(membership=alice, allow_split=False, project_required=False, approval_limit_cents=LIMIT_CENTS)
    place(
        idempotency=system_key("demo:order:waiting"),
        membership=organisation.member(CAROL),
        pack=Pack.objects.get(code="5000"),
        quantity=2,
        channel=Channel.DIRECT,
        purchase_order="PO-26011",
    )


def _leave_open_questions(organisation: Organisation) -> None:
    """Leave an invitation, an enabling, an order and last a refund request open: that marks the example as made."""
    contract = organisation.contract_a
    if not Invitation.objects.filter(contract=contract).exists():
        invite(membership=organisation.member(CAROL), email=INVITED_EMAIL, uses_shared=True)
    if not Benefit.objects.filter(contract=contract, user=organisation.users[GRACE]).exists():
        request_enabling(
            user=organisation.users[GRACE],
            email_verified=True,
            contract_number=contract.number,
            serial_number=SERIAL_INFRAWORKS,
        )
    _leave_an_order(organisation)
    claim(organisation, BOB, at=organisation.anchor - timedelta(minutes=30), reason=PENDING_REASON)
