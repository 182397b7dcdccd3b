"""The options of a contract: who sets them, what they refuse, what the audit log keeps, and that they act."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from ledger.contracts import individual_pool
from ledger.errors import Forbidden, InsufficientTokens, InvalidRequest, ProjectRequired
from ledger.models import AuditEvent, Contract, Membership, Pool
from ledger.options import set_options
from tests.ledger.steps import put, start

Member = Callable[[Contract, User], Membership]


def options(contract: Contract) -> tuple[bool, bool, int | None]:
    contract.refresh_from_db()
    return contract.allow_split, contract.project_required, contract.approval_limit_cents


def change(membership: Membership, *, split: bool = False, project: bool = False, limit: int | None = None) -> None:
    set_options(membership=membership, allow_split=split, project_required=project, approval_limit_cents=limit)


def test_the_administrator_sets_every_option_and_takes_it_back(
    contract_a: Contract, alice: User, member: Member
) -> None:
    change(member(contract_a, alice), split=True, project=True, limit=100_000)
    assert options(contract_a) == (True, True, 100_000)
    change(member(contract_a, alice))
    assert options(contract_a) == (False, False, None)


def test_the_audit_log_says_who_changed_what(contract_a: Contract, alice: User, member: Member) -> None:
    change(member(contract_a, alice), split=True, limit=0)
    event = AuditEvent.objects.get(action="contract.options_changed")
    assert (event.contract, event.actor) == (contract_a, alice)
    assert event.detail == "allow_split=True, approval_limit_cents=0"
    change(member(contract_a, alice), split=True, limit=0)
    assert AuditEvent.objects.filter(action="contract.options_changed").count() == 1


@pytest.mark.parametrize("who", ["carol", "bob"])
def test_nobody_else_sets_options(
    who: str, contract_a: Contract, member: Member, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(Forbidden):
        change(member(contract_a, request.getfixturevalue(who)), split=True)
    assert options(contract_a) == (False, False, None)


@pytest.mark.parametrize("limit", [-1, 10**14 + 1])
def test_a_limit_that_is_no_price_is_refused(limit: int, contract_a: Contract, alice: User, member: Member) -> None:
    with pytest.raises(InvalidRequest):
        change(member(contract_a, alice), limit=limit)
    assert options(contract_a) == (False, False, None)


def test_other_contracts_keep_theirs(contract_a: Contract, contract_b: Contract, mallory: User, member: Member) -> None:
    change(member(contract_b, mallory), split=True, project=True, limit=5)
    assert options(contract_a) == (False, False, None)


def test_the_next_job_needs_a_project(
    contract_a: Contract, alice: User, bob: User, bobs_pool: Pool, member: Member
) -> None:
    put(bobs_pool, "100")
    start(contract_a, bob)
    change(member(contract_a, alice), project=True)
    with pytest.raises(ProjectRequired):
        start(contract_a, bob)
    assert start(contract_a, bob, project="bridge").project == "bridge"


def test_the_next_charge_may_be_split(contract_a: Contract, alice: User, shared_a: Pool, member: Member) -> None:
    put(individual_pool(contract_id=contract_a.id, user_id=alice.pk), "3")
    put(shared_a, "3")
    with pytest.raises(InsufficientTokens):
        start(contract_a, alice)
    change(member(contract_a, alice), split=True)
    assert len(start(contract_a, alice).lots) == 2
