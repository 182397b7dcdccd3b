"""The Curie log, 36,465 real jobs, gives the figures that were worked out from it by other means.

The log is not part of this repository. Where it does not lie beside the checkout these tests are expected to fail and
say so; `make import-check` insists on it.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from ledger.verification import differences
from tests.ledger.imports.logs import outcome, run_import

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
LOG = DATA / "CEA-Curie-2011-2.1-cln-b1.swf.gz"
CARD = DATA / "curie-rate-card.csv"

pytestmark = pytest.mark.django_db


def run(tmp_path: Path, **options: Any) -> dict[str, Any]:
    if not LOG.exists() and not os.environ.get("IMPORT_CHECK"):
        pytest.xfail(f"the real log is not beside this checkout: nothing was checked against {LOG.name}")
    beside = tmp_path / LOG.name
    beside.symlink_to(LOG)
    summary = run_import(beside, epoch=1_296_571_124, **options)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # nothing is committed here, so PostgreSQL would still plan for empty tables
    assert list(differences()) == []
    return summary


def test_a_flat_rate(tmp_path: Path) -> None:
    summary = run(tmp_path, contract_by="group", service_by="partition", rate="11")
    assert outcome(summary, "completed") == (31_752, "349272", "0")
    assert outcome(summary, "cancelled_late") == (314, "3454", "0")
    assert outcome(summary, "cancelled_early") == (2_612, "0", "0")
    assert outcome(summary, "failed") == (1_787, "19657", "19657")
    assert outcome(summary, "quarantined") == (0, "0", "0")
    assert (summary["net"], summary["by_user"]["305"], summary["by_service"]["10"]) == ("352726", "28897", "215534")
    assert summary["by_month"] == {"2012-06": "157641", "2012-07": "195085"}


def test_a_rate_card(tmp_path: Path) -> None:
    summary = run(tmp_path, rate_card=CARD)
    assert outcome(summary, "completed") == (31_752, "40670665", "0")
    assert outcome(summary, "cancelled_late") == (314, "165960", "0")
    assert outcome(summary, "failed") == (1_787, "5018326", "5018326")
    assert (summary["net"], summary["by_user"]["366"]) == ("40836625", "7032929")
    assert summary["by_service"]["10"] == "32679801"
    assert (summary["over_hold"]["jobs"], summary["over_hold"]["over"]) == (1_216, "500053")


def test_funds_that_run_out_and_expire(tmp_path: Path) -> None:
    summary = run(tmp_path, rate="11", lot=["1000:10d", "2000"], refund_grace="0d")
    names = ("granted", "captured", "returned", "lost_after_expiry", "unused_at_expiry", "left")
    assert [summary[name] for name in names] == ["447000", "156079", "25003", "132", "96745", "194044"]
    assert (summary["accepted"], summary["refused"], summary["split_holds"]) == (16_474, 19_991, 32)
