"""Inviting people by a list: read, checked, shown, sent; and what becomes of an invitation."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.models import Invitation, Role
from portal.invitation_mails import send_waiting
from portal.invitees import read_list, written
from tests.portal.conftest import SignIn, World
from tests.portal.pages import fields_of, page, text_of

PASTED = "frank@example.com\nGrace Hopper <grace@example.com>, coordinator\nheidi@example.com; end user; shared\n"
NO_SERVER = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": 1}


def read(text: str, **usual: Any) -> list[tuple[str, str, bool]]:
    """The people of a list that could be read."""
    invitees = [line.invitee for line in read_list(text, **usual)]
    return [(each.email, each.role, each.uses_shared) for each in invitees if each]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("frank@example.com", ("frank@example.com", "end_user", False)),
        ("Grace Hopper <grace@example.com>, coordinator", ("grace@example.com", "coordinator", False)),
        ("heidi@example.com; End User; shared", ("heidi@example.com", "end_user", True)),
        ("heidi@example.com\tKoordinatorin\tja", ("heidi@example.com", "coordinator", True)),
        ("  ivan@example.com ,, x", ("ivan@example.com", "end_user", True)),
        ("root@example.com, administrator", ("root@example.com", "administrator", False)),
    ],
)
def test_a_line_says_who_as_what(line: str, expected: tuple[str, str, bool]) -> None:
    assert read(line) == [expected]


def test_the_head_of_a_mail_is_a_list_too() -> None:
    people = "A <a@example.com>, b@example.com; C. D. <c@example.com>"
    assert read(people, role="coordinator") == [(f"{name}@example.com", "coordinator", False) for name in "abc"]


def test_a_csv_file_with_named_columns_is_read_by_them() -> None:
    text = "Name;E-Mail;Team;Role;Shared\nA, B;a@example.com;x;coordinator;no\n;;;;\nC;c@example.com;;;yes\n"
    assert read(text) == [("a@example.com", "coordinator", False), ("c@example.com", "end_user", True)]
    assert [line.number for line in read_list(text) if line.problem] == [3]


def test_what_cannot_be_meant_is_said_for_each_line() -> None:
    found = read_list("nobody\na@example.com, emperor\nb@example.com\n")
    assert [bool(line.problem) for line in found] == [True, True, False]
    assert "emperor" in found[1].problem


def test_what_is_written_is_read_again() -> None:
    for line in read_list(PASTED):
        assert line.invitee
        assert [each.invitee for each in read_list(written(line.invitee))] == [line.invitee]


def test_nothing_is_sent_before_the_list_was_seen(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice, fresh=True)
    preview = client.post(page("invite"), {"people": PASTED + "bob@example.com\nno address\nfrank@example.com"})
    problems = [line.problem for line in preview.context["lines"]]
    assert [bool(problem) for problem in problems] == [False, False, False, True, True, True]
    assert "enabled on the contract already" in text_of(preview)
    assert "Only 2 seats are free" in text_of(preview)
    assert "Send 3 invitations" in text_of(preview)
    assert (len(mail.outbox), Invitation.objects.filter(email="frank@example.com").exists()) == (0, False)


def test_the_good_lines_are_sent_and_each_gets_a_mail(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice, fresh=True)
    preview = client.post(page("invite"), {"people": PASTED + "no address"})
    good = {"people": preview.context["good"], "subscription": "", "send": "yes"}
    answer = client.post(page("invite"), good, follow=True)
    assert "3 people are invited" in text_of(answer)
    assert sorted(sent.to[0] for sent in mail.outbox) == ["frank@example.com", "grace@example.com", "heidi@example.com"]
    assert "http://testserver/benefits/" in mail.outbox[0].body
    grace = world.contract.invitations.get(email="grace@example.com")
    assert (grace.role, grace.mailed_at is not None) == (Role.COORDINATOR, True)
    assert world.contract.invitations.get(email="heidi@example.com").uses_shared


def test_to_invite_a_coordinator_asks_for_the_password(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    asked = client.post(page("invite"), {"people": "g@example.com, coordinator", "send": "yes"})
    assert asked.url.startswith("/accounts/reauthenticate/")
    assert not Invitation.objects.filter(email="g@example.com").exists()
    client.post(asked.url, {"password": "secret-alice"})
    assert Invitation.objects.get(email="g@example.com").role == Role.COORDINATOR


def test_coordinators_invite_end_users_only(world: World, carol: User, sign_in: SignIn) -> None:
    client = sign_in(carol, fresh=True)
    assert 'name="role"' not in text_of(client.get(page("invite")))
    for people in ("g@example.com, coordinator", "g@example.com, administrator"):
        answer = client.post(page("invite"), {"people": people, "role": "coordinator", "send": "yes"})
        assert [bool(line.problem) for line in answer.context["lines"]] == [True]
    client.post(page("invite"), {"people": "g@example.com", "role": "coordinator", "send": "yes"})
    assert Invitation.objects.get(email="g@example.com").role == Role.END_USER


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_file_is_read_as_spreadsheets_save_it(encoding: str, world: World, alice: User, sign_in: SignIn) -> None:
    content = "email;role\njürgen@example.com;coordinator\nz@example.com;\n".replace("ü", "ue", 1) + "# Größe"
    file = SimpleUploadedFile("people.csv", content.encode(encoding), "text/csv")
    preview = sign_in(alice).post(page("invite"), {"file": file})
    lines = preview.context["lines"]
    assert [line.invitee.email for line in lines if not line.problem] == ["juergen@example.com", "z@example.com"]
    assert "Größe" in lines[-1].text


def test_lists_that_are_none_are_refused_in_words(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    large = SimpleUploadedFile("people.csv", b"a" * 200_001, "text/csv")
    for sent, words in (
        ({"people": " \n"}, "Give at least one address"),
        ({"people": "\n".join(f"p{n}@example.com" for n in range(201))}, "more than 200 people"),
        ({"people": "a\0@example.com"}, "characters"),
        ({"file": large}, "too large"),
    ):
        assert words in text_of(client.post(page("invite"), sent)), words


def test_a_long_list_is_left_to_the_worker_and_costs_no_more_statements(
    world: World, alice: User, sign_in: SignIn
) -> None:
    client = sign_in(alice, fresh=True)
    counts = []
    for start, size in ((0, 10), (100, 100)):
        people = "\n".join(f"p{start + n}@example.com" for n in range(size))
        with CaptureQueriesContext(connection) as statements:
            client.post(page("invite"), {"people": people, "send": "yes"})
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 4  # SQLite takes so many values in one statement, and no more
    assert len(mail.outbox) == 10
    assert send_waiting() == 0
    Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
    assert send_waiting() == 100
    assert send_waiting() == 1  # and Erin's, who was invited without a page
    assert len({sent.to[0] for sent in mail.outbox}) == len(mail.outbox) == 111


def test_a_mail_that_fails_is_tried_again_and_never_twice(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    with override_settings(**NO_SERVER):
        answer = client.post(page("invite"), {"people": "f@example.com", "send": "yes"}, follow=True)
    assert "tried again by themselves" in text_of(answer)
    assert "Mail not sent yet" in text_of(answer)
    Invitation.objects.filter(email="f@example.com").update(sent_at=timezone.now() - timedelta(minutes=1))
    assert (send_waiting(), send_waiting()) == (1, 0)
    assert [sent.to for sent in mail.outbox] == [["f@example.com"]]


def test_an_invitation_is_sent_again_and_withdrawn(world: World, carol: User, sign_in: SignIn) -> None:
    client = sign_in(carol)
    erin = world.invitation
    Invitation.objects.filter(id=erin.id).update(expires_at=timezone.now() - timedelta(days=1))
    assert "Lapsed" in text_of(client.get(page("invitations"), {"state": "lapsed"}))
    assert "erin@" not in text_of(client.get(page("invitations"), {"state": "open"}))
    client.post(page("resend-invitation", invitation_id=erin.id))
    assert mail.outbox[-1].to == ["erin@example.com"]
    assert "erin@" in text_of(client.get(page("invitations"), {"state": "open"}))
    client.post(page("withdraw-invitation", invitation_id=erin.id))
    assert not Invitation.objects.filter(id=erin.id).exists()
    assert client.post(page("resend-invitation", invitation_id=erin.id)).status_code == 404


def test_the_fields_of_the_preview_send_what_it_shows(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    preview = client.post(page("invite"), {"people": "f@example.com", "uses_shared": "on"})
    sent = fields_of(preview) | {"people": preview.context["good"], "send": "yes"}
    sent.pop("uses_shared", None)
    client.post(page("invite"), sent)
    assert Invitation.objects.get(email="f@example.com").uses_shared
