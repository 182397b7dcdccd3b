"""Members and roles: the permission table, role changes, shared use, invitations, allocation, handing over, leaving."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from ledger.balances import balance
from ledger.models import Contract, Membership, Pool, Role
from ledger.rights import BY_ROLE, Right
from tests.portal.conftest import SignIn, World
from tests.portal.pages import fields_of, page, text_of


def role_of(user: User) -> str:
    return Membership.objects.get(user=user).role


def test_the_page_shows_the_whole_permission_table(contract_a: Contract, bob: User, sign_in: SignIn) -> None:
    shown = sign_in(bob).get(page("members"))
    assert all(right.label.replace("'", "&#x27;") in text_of(shown) for right in Right)
    words = {str(row.label): [str(cell) for cell in row.cells] for row in shown.context["permissions"]}
    for right in Right:
        held = [right in BY_ROLE[role] for role in (Role.END_USER, Role.COORDINATOR, Role.ADMINISTRATOR)]
        assert [word == "Yes" for word in words[right.label][:3]] == held
    assert words["Buy tokens"] == ["No", "Yes", "Yes", "No", "For a buyer, with orders:write"]


def test_end_users_see_who_to_turn_to_and_no_other_users(
    world: World, bob: User, stranger: User, sign_in: SignIn
) -> None:
    shown = text_of(sign_in(bob).get(page("members")))
    assert "alice@example.com" in shown
    assert "carol@example.com" in shown
    assert "erin@example.com" not in shown


def test_alice_names_bob_coordinator_and_takes_it_back(world: World, bob: User, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice, fresh=True)
    address = page("set-role", member_id=world.members["bob"].id)
    assert "Software coordinator" in text_of(client.post(address, {"role": "coordinator"}, follow=True))
    assert role_of(bob) == Role.COORDINATOR
    client.post(address, {"role": "end_user"})
    assert role_of(bob) == Role.END_USER
    client.post(address, {"role": "administrator"})
    assert role_of(bob) == Role.END_USER


def test_members_are_found_by_their_address(world: World, alice: User, sign_in: SignIn) -> None:
    found = sign_in(alice).get(page("members"), {"search": "BOB@"})
    assert names(found) == ["bob"]


def names(shown: Any) -> list[str]:
    return [member.user.username for member in shown.context["page"].rows]


def test_members_are_filtered_by_role_tick_and_benefits(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    for query, expected in (
        ({"role": "coordinator"}, ["carol"]),
        ({"shared": "yes"}, ["alice", "carol"]),
        ({"shared": "no"}, ["bob"]),
        ({"benefits": "not"}, []),
        ({"search": "Carol", "role": "nonsense"}, ["carol"]),
        ({"search": "\0"}, ["alice", "carol", "bob"]),
    ):
        assert names(client.get(page("members"), query)) == expected, query
    assert "Nobody is like that" in text_of(client.get(page("members"), {"search": "nobody"}))


def test_a_long_list_has_pages_and_keeps_its_filters(world: World, alice: User, sign_in: SignIn) -> None:
    people = User.objects.bulk_create(User(username=f"u{n:03}", email=f"u{n:03}@example.com") for n in range(120))
    Membership.objects.bulk_create(Membership(contract=world.contract, user=person) for person in people)
    client = sign_in(alice)
    first = client.get(page("members"), {"role": "end_user"})
    assert (len(names(first)), first.context["page"].pages) == (50, 3)
    second = client.get(page("members") + first.context["page"].next)
    assert names(second)[0] == "u049"
    assert "role=end_user" in second.context["page"].previous
    assert names(client.get(page("members"), {"page": "999"}))[-1] == "u119"


def test_many_are_ticked_in_the_list(world: World, bob: User, carol: User, sign_in: SignIn) -> None:
    client = sign_in(carol)
    chosen = {"member": [str(world.members["bob"].id), "nonsense"], "allowed": "yes"}
    answer = client.post(page("set-shared-uses") + "?role=end_user", chosen, follow=True)
    assert "1 member more may use the shared tokens" in text_of(answer)
    assert answer.redirect_chain[0][0].endswith("/management/members/?role=end_user")
    assert Membership.objects.get(user=bob).uses_shared
    client.post(page("set-shared-uses"), {**chosen, "allowed": "no"})
    assert not Membership.objects.get(user=bob).uses_shared
    assert "Nobody was chosen" in text_of(client.post(page("set-shared-uses"), {"allowed": "yes"}, follow=True))


def test_somebody_is_taken_off_with_the_password_and_a_question(
    world: World, bob: User, alice: User, sign_in: SignIn
) -> None:
    bobs = world.members["bob"].id
    shown = text_of(sign_in(alice).get(page("member", member_id=bobs)))
    assert "78 tokens are left in their Individual Tokens" in shown
    address = page("remove-member", member_id=bobs)
    assert sign_in(alice).post(address).url.startswith("/accounts/reauthenticate/")
    client = sign_in(alice, fresh=True)
    assert "bob@example.com is not on the contract any more" in text_of(client.post(address, follow=True))
    assert not Membership.objects.filter(user=bob).exists()


def test_the_administrator_is_not_taken_off(world: World, alice: User, carol: User, sign_in: SignIn) -> None:
    alices = world.members["alice"].id
    client = sign_in(carol, fresh=True)
    assert "Take off the contract" not in text_of(client.get(page("member", member_id=alices)))
    client.post(page("remove-member", member_id=alices))
    assert role_of(alice) == Role.ADMINISTRATOR


def test_carol_ticks_bob_for_the_shared_tokens(world: World, bob: User, carol: User, sign_in: SignIn) -> None:
    client = sign_in(carol)
    address = page("set-shared-use", member_id=world.members["bob"].id)
    client.post(address, {"allowed": "yes"})
    assert Membership.objects.get(user=bob).uses_shared
    client.post(address, {"allowed": "no"})
    assert not Membership.objects.get(user=bob).uses_shared


def test_tokens_are_allocated_once_and_taken_back(
    world: World, carol: User, bobs_pool: Pool, shared_a: Pool, sign_in: SignIn
) -> None:
    client = sign_in(carol)
    address = page("member", member_id=world.members["bob"].id)
    start = balance(bobs_pool.id).available_mt
    form = fields_of(client.get(address)) | {"amount": "12.5", "sure": "yes"}
    for _ in range(2):
        client.post(page("allocate", member_id=world.members["bob"].id), form)
    assert balance(bobs_pool.id).available_mt == start + 12_500
    assert balance(shared_a.id).available_mt == 1_000_000 - 12_500
    form = fields_of(client.get(address)) | {"amount": "2.5", "sure": "yes"}
    shown = client.post(page("take-back", member_id=world.members["bob"].id), form, follow=True)
    assert "2.5 tokens taken back from bob@example.com" in text_of(shown)
    assert balance(shared_a.id).available_mt == 990_000_000 // 1000


@pytest.mark.parametrize(
    ("verb", "question", "after"),
    [("allocate", "Allocate 60 tokens to bob@example.com?", "940"), ("take-back", "Take 60 tokens back from", "1,060")],
)
def test_nothing_moves_before_it_was_confirmed_with_the_amounts(
    verb: str, question: str, after: str, world: World, carol: User, shared_a: Pool, sign_in: SignIn
) -> None:
    client = sign_in(carol)
    form = fields_of(client.get(page("member", member_id=world.members["bob"].id)))
    asked = text_of(client.post(page(verb, member_id=world.members["bob"].id), {**form, "amount": "60"}))
    assert question in asked
    assert f"<strong>{after}</strong>" in asked
    assert balance(shared_a.id).available_mt == 1_000_000


def test_more_than_there_is_cannot_be_allocated(world: World, carol: User, bobs_pool: Pool, sign_in: SignIn) -> None:
    client = sign_in(carol)
    form = fields_of(client.get(page("member", member_id=world.members["bob"].id)))
    for amount, words in (("5000", "5000 tokens are needed"), ("0", "more than 0"), ("-1", "must not be negative")):
        answer = client.post(page("allocate", member_id=world.members["bob"].id), {**form, "amount": amount})
        assert words in text_of(answer)


def test_alice_hands_over_to_carol_and_is_a_coordinator_then(
    world: World, alice: User, carol: User, sign_in: SignIn
) -> None:
    client = sign_in(alice, fresh=True)
    carols = str(world.members["carol"].id)
    assert "This field is required" in text_of(client.post(page("hand-over"), {"member": carols}))
    client.post(page("hand-over"), {"member": carols, "sure": "on"})
    assert (role_of(alice), role_of(carol)) == (Role.COORDINATOR, Role.ADMINISTRATOR)
    assert client.get(page("hand-over")).status_code == 403


def test_handing_over_asks_for_the_password(contract_a: Contract, alice: User, sign_in: SignIn) -> None:
    assert sign_in(alice).get(page("hand-over")).url.startswith("/accounts/reauthenticate/")


def test_the_administrator_cannot_leave_bob_can(world: World, alice: User, bob: User, sign_in: SignIn) -> None:
    assert "hand it over first" in text_of(sign_in(alice).post(page("leave"), follow=True))
    assert "You have left Atelier Alpha" in text_of(sign_in(bob).post(page("leave"), follow=True))
    assert not Membership.objects.filter(user=bob).exists()


def test_the_audit_log_tells_who_did_what(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    client.post(page("set-shared-use", member_id=world.members["bob"].id), {"allowed": "yes"})
    log = text_of(client.get(page("audit-log")))
    assert "allowed the use of shared tokens" in log
    assert "placed an order" in log
