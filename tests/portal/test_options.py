"""The page of the contract's options: what it shows, what it saves, whom it is for."""

from django.contrib.auth.models import User

from ledger.models import Contract, Membership, Role
from tests.portal.conftest import SignIn, World
from tests.portal.pages import fields_of, page, text_of


def options(contract: Contract) -> tuple[bool, bool, int | None]:
    contract.refresh_from_db()
    return contract.allow_split, contract.project_required, contract.approval_limit_cents


def test_alice_sets_the_options(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    sent = fields_of(client.get(page("options")))
    assert (sent["approval_limit"], "allow_split" in sent) == ("1000", False)
    answer = client.post(
        page("options"), {**sent, "allow_split": "on", "project_required": "on", "approval_limit": "99.95"}, follow=True
    )
    assert "options are saved" in text_of(answer)
    assert options(world.contract) == (True, True, 9_995)
    shown = fields_of(client.get(page("options")))
    assert shown["approval_limit"] == "99.95"
    assert {"allow_split", "project_required"} <= set(shown)


def test_without_a_limit_no_order_waits(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    client.post(page("options"), {**fields_of(client.get(page("options"))), "approval_limit": ""})
    assert options(world.contract) == (False, False, None)


def test_a_limit_below_zero_is_refused_beside_its_field(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    answer = client.post(page("options"), {**fields_of(client.get(page("options"))), "approval_limit": "-1"})
    assert answer.context["form"].errors["approval_limit"]
    assert options(world.contract) == (False, False, 100_000)


def test_a_form_of_another_contract_changes_nothing(
    world: World, contract_b: Contract, alice: User, mallory: User, sign_in: SignIn
) -> None:
    sent = fields_of(sign_in(alice).get(page("options")))
    answer = sign_in(mallory).post(page("options"), {**sent, "allow_split": "on"})
    assert "You switched to another contract" in text_of(answer)
    assert options(world.contract) == (False, False, 100_000)
    assert options(contract_b) == (False, False, None)


def test_the_entry_in_the_column_goes_with_the_role(world: World, alice: User, carol: User, sign_in: SignIn) -> None:
    alices, carols = sign_in(alice), sign_in(carol)
    assert page("options") in text_of(alices.get(page("members")))
    assert page("options") not in text_of(carols.get(page("members")))
    Membership.objects.filter(user=alice).update(role=Role.COORDINATOR)
    assert page("options") not in text_of(alices.get(page("members")))
    assert alices.get(page("options")).status_code == 403
