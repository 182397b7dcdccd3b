"""Figures for Prometheus, for those who may read them; and what readiness says of the books."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from ledger.models import Book, Contract, VerificationMode, VerificationRun
from ledger.sealing import seal_all
from ledger.verification import verify
from portal.models.heartbeat import WORKER, record_beat
from tests.api.test_limits import database_away
from tests.ledger.sealing.conftest import books, start_job

__all__ = ["books", "start_job"]
TOKEN = "only-for-tests"


@pytest.fixture
def reader(settings: Any) -> Client:
    settings.METRICS_TOKEN = TOKEN
    return Client(headers={"Authorization": f"Bearer {TOKEN}"})


def samples(client: Client) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, in the order of their names."""
    response = client.get("/metrics")
    assert response.status_code == 200
    families = text_string_to_metric_families(response.content.decode())
    return {
        (found.name, *(found.labels[label] for label in sorted(found.labels))): found.value
        for family in families
        for found in family.samples
    }


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Bearer only-for-tests ", "Basic ü"])
def test_nobody_else_learns_that_there_is_anything(db: None, settings: Any, header: str) -> None:
    for token in (TOKEN, ""):
        settings.METRICS_TOKEN = token
        assert Client().get("/metrics", headers={"Authorization": header}).status_code == 404


def test_an_allowed_address_may_read_unless_a_proxy_stands_before_it(db: None, settings: Any) -> None:
    settings.METRICS_ALLOWED_ADDRESSES = ["192.0.2.7"]
    assert Client().get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 200
    assert Client().get("/metrics", REMOTE_ADDR="192.0.2.8").status_code == 404
    settings.TRUSTED_PROXIES = 1
    assert Client().get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404


def test_requests_are_counted_by_pattern_and_refusals_by_code(reader: Client, contract_a: Contract) -> None:
    before = samples(reader)
    address = "/api/v1/contracts/6f1c2a9e-0000-7000-8000-000000000000"
    assert Client().get(address).status_code == 401
    after = samples(reader)
    route = ("GET", "api/v1/contracts/<uuid:contract_id>", "401")
    grown = {name for name in after if after[name] != before.get(name, 0)}
    assert ("site_requests_total", *route) in grown
    assert after["site_requests_total", *route] == before.get(("site_requests_total", *route), 0) + 1
    assert ("site_refusals_total", "not_authenticated") in grown
    assert not any("6f1c2a9e" in label for name in after for label in name)


@pytest.mark.usefixtures("books")
def test_the_state_of_the_books_is_told(reader: Client) -> None:
    record_beat(WORKER)
    unsealed = samples(reader)
    assert unsealed["ledger_unsealed_entries",] == Book.objects.get(last_seq__gt=0).last_seq
    assert ("ledger_verification_ok",) not in unsealed
    seal_all()
    verify(mode=VerificationMode.FULL)
    told = samples(reader)
    assert (told["ledger_unsealed_entries",], told["ledger_verification_ok",], told["database_up",]) == (0, 1, 1)
    for name in ("ledger_last_seal_age_seconds", "worker_heartbeat_age_seconds"):
        assert 0 <= told[name,] < 60
    assert told["worker_task_healthy", "seal_journal"] == 0
    Book.objects.update(issued_mt=-1)
    verify(mode=VerificationMode.FULL)
    verify(mode=VerificationMode.INCREMENTAL)
    assert samples(reader)["ledger_verification_ok",] == 0


def test_without_a_database_that_is_what_is_told(reader: Client, db: None) -> None:
    with database_away(OperationalError):
        assert samples(reader)["database_up",] == 0


@pytest.mark.usefixtures("books")
def test_unsound_or_old_verifications_make_the_site_degraded_and_not_red() -> None:
    record_beat(WORKER)

    def status() -> tuple[int, str]:
        response = Client().get("/readyz")
        return response.status_code, response.json()["status"]

    assert status() == (200, "ok")
    verify(mode=VerificationMode.FULL)
    assert status() == (200, "ok")
    sound = Book.objects.get(last_seq__gt=0).issued_mt
    Book.objects.filter(last_seq__gt=0).update(issued_mt=-1)
    verify(mode=VerificationMode.FULL)
    Book.objects.filter(last_seq__gt=0).update(issued_mt=sound)
    verify(mode=VerificationMode.INCREMENTAL)
    # What is new is sound, which does not outweigh what was found in full.
    assert status() == (200, "degraded")
    verify(mode=VerificationMode.FULL)
    assert status() == (200, "ok")
    VerificationRun.objects.update(ended_at=timezone.now() - timedelta(hours=27))
    assert status() == (200, "degraded")
