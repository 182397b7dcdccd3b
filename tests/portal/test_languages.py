"""The language of pages and mails: the person's, else the browser's. The API speaks English whoever asks."""

from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils.translation import override

from ledger.errors import NotFound
from portal.mail import send_invitation
from portal.models import Notice
from portal.models.preferences import keep_language, reader_of
from portal.notifications import scan
from portal.wording import translated, words_of
from tests.portal.conftest import SignIn, World
from tests.portal.pages import fields_of, page, text_of

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
COOKIE = settings.LANGUAGE_COOKIE_NAME


def language_of(client: Client, address: str = "/accounts/login/", **headers: str) -> str:
    response = client.get(address, headers=headers)
    language: str = response.headers["Content-Language"]
    assert f'<html lang="{language}"' in text_of(response)
    return language


def test_a_browser_is_answered_in_the_language_it_asks_for(db: None) -> None:
    assert language_of(Client()) == "en-gb"
    assert language_of(Client(headers=GERMAN)) == "de"
    assert language_of(Client(headers={"Accept-Language": "en-US"})) == "en-gb"
    assert language_of(Client(headers={"Accept-Language": "fr"})) == "en-gb"


def test_the_choice_before_signing_in_is_kept_by_the_browser_and_taken_over(bob: User) -> None:
    client = Client()
    chosen = client.post(page("choose-language"), {"language": "de", "back": "/accounts/signup/"})
    assert chosen.headers["Location"] == "/accounts/signup/"
    assert language_of(client) == "de"
    client.post("/accounts/login/", {"login": bob.email, "password": "secret-bob"})
    assert reader_of(bob.pk).language == "de"
    assert language_of(Client(), "/accounts/login/") == "en-gb"


def test_what_a_person_chose_is_theirs_in_every_browser(bob: User, sign_in: SignIn) -> None:
    sign_in(bob).post(page("choose-language"), {"language": "de"})
    elsewhere = sign_in(bob)
    assert language_of(elsewhere, page("home")) == "de"
    form = fields_of(elsewhere.get(page("preferences")))
    assert form["language"] == "de"
    elsewhere.post(page("preferences"), form | {"language": "en-gb"})
    assert language_of(elsewhere, page("home"), **GERMAN) == "en-gb"


def test_without_a_choice_the_browser_decides_again(bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    client.post(page("choose-language"), {"language": "de"})
    client.post(page("preferences"), fields_of(client.get(page("preferences"))) | {"language": ""})
    assert client.cookies[COOKIE].value == ""
    assert language_of(client, page("home")) == "en-gb"
    assert language_of(client, page("home"), **GERMAN) == "de"


def test_only_languages_of_the_site_can_be_chosen_and_nobody_is_led_away(db: None) -> None:
    assert Client().post(page("choose-language"), {"language": "xx"}).status_code == 404
    led = Client().post(page("choose-language"), {"language": "de", "back": "https://elsewhere.example/"})
    assert led.headers["Location"] == "/"


def test_the_api_speaks_english_to_everybody(world: World, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    client.post(page("choose-language"), {"language": "de"})
    refused = client.get("/api/v1/jobs/00000000-0000-0000-0000-000000000000", headers=GERMAN)
    assert refused.json()["title"] == "There is no such object"
    assert refused.headers["Content-Language"] == "en-gb"


def test_mails_are_in_the_language_of_who_gets_them(world: World, alice: User, carol: User) -> None:
    keep_language(user_id=alice.pk, language="de")
    scan.collect()
    asked = {notice.user: notice for notice in Notice.objects.filter(kind="refund_asked").select_related("user")}
    assert asked[alice].subject == "bob@example.com beantragt eine Erstattung"
    assert "Guten Tag" in asked[alice].body
    assert "bittet um Erstattung von 11 Token" in asked[alice].body
    assert asked[carol].subject == "bob@example.com asks for a refund"
    assert "Hello" in asked[carol].body


def test_an_invitation_is_in_the_language_of_who_has_an_account(world: World) -> None:
    send_invitation(world.invitation, address="/benefits/")
    erin = User.objects.create_user("erin", world.invitation.email)
    keep_language(user_id=erin.pk, language="de")
    send_invitation(world.invitation, address="/benefits/")
    assert [sent.subject for sent in mail.outbox if sent.to == [erin.email]] == [
        "[Counting House] You are invited to a contract",
        "[Counting House] Sie sind zu einem Vertrag eingeladen",
    ]


def test_a_refusal_is_said_in_the_readers_language_with_its_facts() -> None:
    with override("de"):
        assert words_of(NotFound("There is no such job.")) == "Diesen Auftrag gibt es nicht."
        assert translated("Give at most 80 characters.") == "Geben Sie höchstens 80 Zeichen ein."
        assert translated("Said by nobody.") == "Said by nobody."
