"""Contact Support as the seed describes it, with the job's details filled in."""

import re

from django.contrib.auth.models import User
from django.core import mail
from django.test import override_settings

from portal.models import SupportRequest
from tests.doors.operators import operator_client
from tests.portal.conftest import SignIn, World
from tests.portal.pages import fields_of, page, text_of

ISSUE = {"subject": "Empty mesh", "issue": "The study ended with an empty mesh."}


def test_bob_reports_a_job_and_support_gets_its_details(world: World, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    topics = client.get(page("support") + f"?job={world.charged.id}")
    assert "Using and troubleshooting my software" in text_of(topics)
    address = page("support-request", topic="software") + f"?job={world.charged.id}"
    assert address.replace("&", "&amp;") in text_of(topics)
    form = fields_of(client.get(address)) | {**ISSUE, "copy": "on"}
    assert form["product"] == "Fusion"
    assert "Product Support has your message" in text_of(client.post(address, form, follow=True))
    sent, copy = mail.outbox
    assert (sent.to, copy.to, copy.body) == (["support@localhost"], ["bob@example.com"], sent.body)
    assert sent.reply_to == ["bob@example.com"]
    for words in (str(world.charged.id), "Product: Fusion", "A-100", "11 tokens", ISSUE["issue"]):
        assert words in sent.body


def test_somebody_elses_job_does_not_come_along(
    world: World, mallory: User, contract_b: object, sign_in: SignIn
) -> None:
    address = page("support-request", topic="software") + f"?job={world.charged.id}"
    assert str(world.charged.id) not in text_of(sign_in(mallory).get(address)).split('<form method="post" class')[1]


def test_support_is_there_without_a_contract_and_without_a_job(world: World, stranger: User, sign_in: SignIn) -> None:
    client = sign_in(stranger)
    assert client.post(page("support-request", topic="account"), {"product": "Fusion", **ISSUE}).status_code == 302
    assert client.get(page("support-request", topic="nonsense")).status_code == 404
    assert client.get(page("support") + "?job=nonsense").status_code == 200


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1)
def test_a_message_that_cannot_be_mailed_is_kept_all_the_same(world: World, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    answer = client.post(page("support-request", topic="software"), {"product": "Fusion", **ISSUE}, follow=True)
    assert "Product Support has your message" in text_of(answer)
    kept = SupportRequest.objects.get()
    assert (kept.user, kept.contract, kept.mailed, kept.state) == (bob, world.contract, False, "open")
    assert ISSUE["issue"] in text_of(client.get(page("support")))


def test_the_sender_alone_sees_what_was_sent(world: World, bob: User, carol: User, sign_in: SignIn) -> None:
    address = page("support-request", topic="software") + f"?job={world.charged.id}"
    sign_in(bob).post(address, {"product": "Fusion", **ISSUE})
    bobs, carols = (text_of(sign_in(user).get(page("support"))) for user in (bob, carol))
    assert ISSUE["issue"] in bobs
    assert page("job", job_id=world.charged.id) in bobs
    assert ISSUE["issue"] not in carols
    assert SupportRequest.objects.get().mailed


def test_an_operator_marks_it_as_answered_and_changes_nothing_else(
    world: World, bob: User, olga: User, sign_in: SignIn
) -> None:
    sign_in(bob).post(page("support-request", topic="software"), {"product": "Fusion", **ISSUE})
    kept = SupportRequest.objects.get()
    operator = operator_client(olga)
    address = f"/operator/portal/supportrequest/{kept.id}/change/"
    assert ISSUE["subject"] in text_of(operator.get("/operator/portal/supportrequest/?state__exact=open"))
    assert ISSUE["issue"] in text_of(operator.get(address))
    operator.post(address, {"state": "answered", "issue": "Something else", "subject": "Nothing"})
    kept.refresh_from_db()
    assert (kept.state, kept.answered_by, kept.issue) == ("answered", olga, ISSUE["issue"])
    assert "Answered by mail" in text_of(sign_in(bob).get(page("support")))
    operator.post(address, {"state": "open"})
    kept.refresh_from_db()
    assert (kept.answered_at, kept.answered_by) == (None, None)


def test_a_subject_cannot_smuggle_in_a_header(world: World, bob: User, sign_in: SignIn) -> None:
    smuggled = {"product": "Fusion", **ISSUE, "subject": "Bad\nBcc: all@example.com"}
    sign_in(bob).post(page("support-request", topic="software"), smuggled)
    assert re.fullmatch(r"\[Counting House\] Bad Bcc: all@example.com \([2-9A-Z-]{9}\)", mail.outbox[0].subject)
    assert mail.outbox[0].recipients() == ["support@localhost"]


def test_the_reference_of_an_error_page_comes_along(world: World, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    reference = client.get("/no/such/page/").headers["X-Request-ID"]
    topics = text_of(client.get(page("support") + f"?reference={reference}"))
    address = page("support-request", topic="software") + f"?reference={reference}"
    assert f'href="{address}"' in topics
    answer = client.post(address, {"product": "Fusion", **ISSUE})
    assert reference in mail.outbox[0].body
    number = answer.headers["X-Request-ID"]
    assert f"Request: {number}" in mail.outbox[0].body
    assert number in text_of(client.get(answer.url))
    assert len(mail.outbox) == 1


def test_nothing_else_than_a_reference_is_carried(world: World, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    for bad in ("<b>x</b>", "ABCD-EFG", "ABCD-EFGHI", "ABCD-EFGH\nBcc: x"):
        for name, args in (("support", {}), ("support-sent", {}), ("support-request", {"topic": "software"})):
            shown = client.get(page(name, **args), {"reference": bad})
            assert not any(shown.context.get(key) for key in ("reference", "number")), (name, bad)


def test_the_last_jobs_are_offered_and_only_ones_own(world: World, bob: User, carol: User, sign_in: SignIn) -> None:
    bobs, carols = (sign_in(user).get(page("support")) for user in (bob, carol))
    assert [job.id for job in bobs.context["recent"]] == [world.running.id, world.charged.id]
    assert not carols.context["recent"]
