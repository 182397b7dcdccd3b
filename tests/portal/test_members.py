"""Members and roles: the permission table, role changes, shared use, invitations, allocation, handing over, leaving."""

from django.contrib.auth.models import User
from django.core import mail

from ledger.balances import balance
from ledger.models import Contract, Membership, Pool, Role
from ledger.rights import Right
from tests.portal.conftest import SignIn, World
from tests.portal.pages import fields_of, page, text_of


def role_of(user: User) -> str:
    return Membership.objects.get(user=user).role


def test_the_page_shows_the_whole_permission_table(contract_a: Contract, bob: User, sign_in: SignIn) -> None:
    shown = text_of(sign_in(bob).get(page("members")))
    assert all(right.label.replace("'", "&#x27;") in shown for right in Right)


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
    assert [member.user.username for member in found.context["members"]] == ["bob"]


def test_carol_ticks_bob_for_the_shared_tokens(world: World, bob: User, carol: User, sign_in: SignIn) -> None:
    client = sign_in(carol)
    address = page("set-shared-use", member_id=world.members["bob"].id)
    client.post(address, {"allowed": "yes"})
    assert Membership.objects.get(user=bob).uses_shared
    client.post(address, {"allowed": "no"})
    assert not Membership.objects.get(user=bob).uses_shared


def test_inviting_sends_a_mail_with_the_address_of_the_button(world: World, carol: User, sign_in: SignIn) -> None:
    client = sign_in(carol)
    assert '<option value="coordinator">' not in text_of(client.get(page("members")))
    client.post(page("invite"), {"email": "frank@example.com", "uses_shared": "on"})
    assert mail.outbox[-1].to == ["frank@example.com"]
    assert "http://testserver/benefits/" in mail.outbox[-1].body
    invitation = world.contract.invitations.get(email="frank@example.com")
    assert (invitation.role, invitation.uses_shared) == (Role.END_USER, True)


def test_only_the_administrator_invites_coordinators(world: World, carol: User, alice: User, sign_in: SignIn) -> None:
    data = {"email": "frank@example.com", "role": "coordinator"}
    sign_in(carol).post(page("invite"), data)
    assert world.contract.invitations.get(email="frank@example.com").role == Role.END_USER
    sign_in(alice).post(page("invite"), data)
    assert world.contract.invitations.get(email="frank@example.com").role == Role.COORDINATOR


def test_an_invitation_that_makes_no_sense_is_explained(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    for data, words in (
        ({"email": "no address", "role": "end_user"}, "Enter a valid email address"),
        ({"email": "bob@example.com", "role": "end_user"}, "enabled on the contract already"),
    ):
        assert words in text_of(client.post(page("invite"), data, follow=True))


def test_tokens_are_allocated_once_and_taken_back(
    world: World, carol: User, bobs_pool: Pool, shared_a: Pool, sign_in: SignIn
) -> None:
    client = sign_in(carol)
    address = page("member", member_id=world.members["bob"].id)
    start = balance(bobs_pool.id).available_mt
    form = fields_of(client.get(address)) | {"amount": "12.5"}
    for _ in range(2):
        client.post(page("allocate", member_id=world.members["bob"].id), form)
    assert balance(bobs_pool.id).available_mt == start + 12_500
    assert balance(shared_a.id).available_mt == 1_000_000 - 12_500
    form = fields_of(client.get(address)) | {"amount": "2.5"}
    shown = client.post(page("take-back", member_id=world.members["bob"].id), form, follow=True)
    assert "2.5 tokens taken back from bob@example.com" in text_of(shown)
    assert balance(shared_a.id).available_mt == 990_000_000 // 1000


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
    assert "member.shared_use_allowed" in log
    assert "order.placed" in log
