"""Mails: what waits and what was decided, to whom it concerns and who wants it, once; failed ones are tried again."""

import smtplib
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger import benefits, orders, refunds
from ledger.models import Contract, Membership, Order
from portal.models import Notice
from portal.notifications import choices, outbox, scan
from tests.cast import fresh_key
from tests.portal.conftest import World, subscription, world

__all__ = ["subscription", "world"]


def told() -> list[tuple[str, str]]:
    """Let the worker look and send twice, and return to whom which subject went."""
    mail.outbox.clear()
    for _ in range(2):
        scan.collect()
        outbox.deliver()
    return sorted((sent.to[0], sent.subject.removeprefix("[Counting House] ")) for sent in mail.outbox)


@pytest.fixture
def caught_up(world: World, contract_a: Contract) -> World:
    """Everything that the world began with was told."""
    told()
    return world


def test_what_waits_is_told_to_who_may_decide(world: World) -> None:
    Order.objects.filter(id=world.order.id).update(status="awaiting_approval", fulfilled_at=None)
    assert told() == [
        ("alice@example.com", "An order over 1 x 500 tokens waits for your approval"),
        ("alice@example.com", "bob@example.com asks for a refund"),
        ("alice@example.com", "dana@example.com waits for subscription benefits"),
        ("carol@example.com", "bob@example.com asks for a refund"),
        ("carol@example.com", "dana@example.com waits for subscription benefits"),
    ]
    assert told() == []


def test_decisions_are_told_to_who_asked(caught_up: World) -> None:
    alice = caught_up.members["alice"]
    refunds.decline(membership=alice, request_id=caught_up.asked.id, reason="The mesh is there.")
    benefits.refuse(membership=alice, benefit_id=caught_up.benefit.id, reason="Not one of us.")
    assert told() == [
        ("bob@example.com", "Your refund request was decided"),
        ("dana@example.com", "Your subscription benefits"),
    ]
    assert "The mesh is there." in "".join(sent.body for sent in mail.outbox)
    assert "Not one of us." in "".join(sent.body for sent in mail.outbox)


def test_an_order_that_was_decided_is_told_unless_one_decided_oneself(caught_up: World) -> None:
    order, members = caught_up.order, caught_up.members
    Order.objects.filter(id=order.id).update(status="awaiting_approval", fulfilled_at=None)
    orders.cancel(membership=members["carol"], order_id=order.id)
    assert told() == []
    Order.objects.filter(id=order.id).update(status="awaiting_approval", cancelled_at=None)
    orders.approve(idempotency=fresh_key(), membership=members["alice"], order_id=order.id)
    assert told() == [("carol@example.com", "Your order was approved")]
    assert "alice@example.com approved your order" in mail.outbox[0].body


def test_old_news_is_not_told(world: World) -> None:
    long_ago = timezone.now() - timedelta(days=4)
    world.contract.refund_requests.update(created_at=long_ago)
    world.contract.benefits.update(requested_at=long_ago)
    Order.objects.update(created_at=long_ago)
    assert told() == []


def test_who_does_not_want_a_kind_gets_none(world: World, alice: User) -> None:
    browser = Client()
    browser.force_login(alice)
    page = reverse("portal:mail-preferences")
    assert "checked" in browser.get(page).content.decode()
    browser.post(page, {"order_waits": "on"})
    assert choices.wanted_kinds(alice.pk) == {"order_waits"}
    assert {to for to, subject in told() if "order" not in subject} == {"carol@example.com"}


def test_the_link_in_a_mail_stops_its_kind(world: World, carol: User, settings: Any) -> None:
    told()
    sent = next(sent for sent in mail.outbox if sent.to == ["carol@example.com"] and "refund" in sent.subject)
    link = sent.extra_headers["List-Unsubscribe"].strip("<>").removeprefix(settings.SITE_URL)
    assert link in sent.body
    assert Client(enforce_csrf_checks=True).post(link).status_code == 200
    assert "refund_asked" not in choices.wanted_kinds(carol.pk)
    assert "enabling_asked" in choices.wanted_kinds(carol.pk)


class Refusing(EmailBackend):
    """A mail server that is out of order."""

    def send_messages(self, _messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("gone")


def test_a_mail_that_could_not_be_sent_is_tried_again(world: World, settings: Any) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    scan.collect()
    assert outbox.deliver() == 0
    settings.EMAIL_BACKEND = working
    assert outbox.deliver() == 0, "not before a minute has passed"
    Notice.objects.update(next_at=timezone.now())
    assert outbox.deliver() == Notice.objects.filter(state="sent", attempts=2).count() > 0


def test_a_mail_server_that_falls_silent_keeps_nobody_waiting(world: World, settings: Any) -> None:
    assert 0 < settings.EMAIL_TIMEOUT <= 30
    scan.collect()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT = "django.core.mail.backends.smtp.EmailBackend", 0.2
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        assert outbox.deliver() == 0
    assert set(Notice.objects.values_list("state", "attempts")) == {("pending", 1)}


def test_one_that_was_handed_over_when_the_worker_died_is_not_sent_again(world: World) -> None:
    scan.collect()
    Notice.objects.update(state="sending")
    assert outbox.deliver() == 0


def test_times_are_in_the_readers_zone(world: World, alice: User, member: Callable[..., Membership]) -> None:
    browser = Client()
    browser.force_login(alice)
    alice.refresh_from_db()
    from_page = {"time_zone": "Asia/Tokyo", "theme": "auto"}
    browser.post(reverse("portal:preferences"), from_page)
    told()
    assert any("JST" in sent.body for sent in mail.outbox if sent.to == ["alice@example.com"])
