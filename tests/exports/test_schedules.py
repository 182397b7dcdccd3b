"""Schedules: each period once, also with two workers and after downtime; with the right looked at each time."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.db import connections
from django.test import Client

from ledger.models import Contract, Membership, Role
from portal.exports import queue, schedules
from portal.models import Export, ExportSchedule, Notice, Preference
from portal.notifications import outbox

MONDAY = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)
Member = Callable[[Contract, User], Membership]


@pytest.fixture
def weekly(contract_a: Contract, alice: User, member: Member) -> ExportSchedule:
    """Alice wants everyone's usage every week, from the week of 23 November 2026 on."""
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC), tick=False):
        return schedules.create(
            membership=member(contract_a, alice),
            dataset="charges",
            format_="csv",
            query="scope=contract&range=30&project=bridge",
            rhythm="weekly",
        )


def run_at(at: datetime) -> int:
    with time_machine.travel(at, tick=False):
        asked = schedules.start_due()
        queue.drain()
        outbox.deliver()
        return asked


def test_nothing_is_sent_before_the_period_has_ended(weekly: ExportSchedule) -> None:
    assert weekly.due_at == MONDAY
    assert run_at(datetime(2026, 11, 30, 5, 59, tzinfo=UTC)) == 0


def test_the_week_before_is_sent_once_with_its_file(weekly: ExportSchedule) -> None:
    assert run_at(MONDAY) == 1
    assert run_at(MONDAY) == 0
    export = Export.objects.get()
    assert export.period_start == date(2026, 11, 23)
    assert (export.question["from_at"], export.question["to_at"]) == (
        "2026-11-23T00:00:00+00:00",
        "2026-11-30T00:00:00+00:00",
    )
    assert export.question["project"] == "bridge"
    (sent,) = mail.outbox
    assert sent.to == ["alice@example.com"]
    ((name, content, _),) = sent.attachments
    assert name.startswith("charges-v1-a-100-")
    assert content.startswith("seq,at,kind,net")


def test_every_period_of_a_downtime_is_made_up_for_once(weekly: ExportSchedule) -> None:
    assert run_at(datetime(2026, 12, 15, 6, tzinfo=UTC)) == 3
    assert sorted(Export.objects.values_list("period_start", flat=True)) == [
        date(2026, 11, 23),
        date(2026, 11, 30),
        date(2026, 12, 7),
    ]
    assert len(mail.outbox) == 3


def test_months_and_zones(contract_a: Contract, bob: User, member: Member) -> None:
    Preference.objects.create(user=bob, time_zone="America/Los_Angeles")
    with time_machine.travel(datetime(2026, 1, 31, 12, tzinfo=UTC), tick=False):
        kept = schedules.create(
            membership=member(contract_a, bob), dataset="usage", format_="xlsx", query="group_by=day", rhythm="monthly"
        )
    assert kept.period_start == date(2026, 1, 1)
    assert kept.due_at == datetime(2026, 2, 1, 14, tzinfo=UTC), "six in the morning there"


def test_a_right_that_was_lost_ends_the_schedule(weekly: ExportSchedule, contract_a: Contract, alice: User) -> None:
    contract_a.memberships.filter(user=alice).update(role=Role.END_USER)
    assert run_at(MONDAY) == 0
    weekly.refresh_from_db()
    assert "everyone" in weekly.stop_reason
    contract_a.memberships.filter(user=alice).delete()
    assert run_at(datetime(2026, 12, 15, tzinfo=UTC)) == 0
    assert mail.outbox == []


def test_the_link_in_the_mail_stops_it_without_a_sign_in(weekly: ExportSchedule, settings: Any) -> None:
    run_at(MONDAY)
    link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix(settings.SITE_URL)
    assert link in mail.outbox[0].body
    stranger = Client(enforce_csrf_checks=True)
    assert "Stop these mails?" in stranger.get(link).content.decode()
    assert run_at(datetime(2026, 12, 7, 6, tzinfo=UTC)) == 1, "looking at the page stops nothing"
    assert "Stopped" in stranger.post(link).content.decode()
    assert run_at(datetime(2026, 12, 14, 6, tzinfo=UTC)) == 0
    assert stranger.post(link[:-4] + "AAA/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_ask_once(weekly: ExportSchedule) -> None:
    ExportSchedule.objects.update(due_at=datetime(2026, 11, 2, tzinfo=UTC), period_start=date(2026, 10, 26))
    barrier = Barrier(4)

    def work() -> None:
        barrier.wait()
        schedules.start_due()
        connections.close_all()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    starts = list(Export.objects.values_list("period_start", flat=True))
    assert len(starts) == len(set(starts)) > 1
    assert Notice.objects.count() == 0
