"""hledger and beancount agree with every pool of the example site, and of one that imported a computing centre's log.

The real log is not part of this repository. Where it does not lie beside the checkout that test is expected to fail and
says so; `make import-check` insists on it, and takes all of it.
"""

import gzip
import os
import re
from io import StringIO
from itertools import islice
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from ledger.models import Job, Pool
from ledger.rate_card import load_rate_card
from portal.demo.example import make_example
from tests.ledger.imports.logs import DAY, EPOCH, run_import, swf, write_log
from tests.ledger.imports.test_import_real_log import LOG

pytestmark = pytest.mark.django_db
EXCERPT = 1_500
"""Lines of the real log that are taken unless all of it was asked for."""


def agreed() -> list[int]:
    """Of how many pools hledger and beancount found what we say."""
    out = StringIO()
    call_command("check_books", stdout=out)
    return [int(found) for found in re.findall(r"(\d+) of \1 pools agree", out.getvalue())]


def test_the_example_site(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    load_rate_card()
    make_example()
    assert agreed() == [Pool.objects.count()] * 2


def test_a_log_with_refunds_that_come_too_late_and_lots_that_run_out(tmp_path: Path) -> None:
    rows = [
        swf(number, EPOCH + number * DAY // 4, status=number % 2, user=number % 5, group=number % 3, run=6 * DAY)
        for number in range(1, 81)
    ]
    options = {"rate": "11", "lot": ["100:5d", "90"], "refund_grace": "0d"}
    summary = run_import(write_log(tmp_path, *rows), contract_by="group", **options)
    assert summary["refused"] > 0
    assert summary["lost_after_expiry"] != "0"
    assert agreed() == [Pool.objects.count()] * 2


def test_the_real_log(tmp_path: Path) -> None:
    everything = bool(os.environ.get("IMPORT_CHECK"))
    if not LOG.exists() and not everything:
        pytest.xfail(f"the real log is not beside this checkout: nothing was checked against {LOG.name}")
    excerpt = tmp_path / "curie.swf"
    with gzip.open(LOG, "rt") as log:
        excerpt.write_text("".join(islice(log, None if everything else EXCERPT)))
    run_import(excerpt, epoch=1_296_571_124, contract_by="group", service_by="partition", rate="11")
    assert Job.objects.count() > EXCERPT // 2
    assert agreed() == [Pool.objects.count()] * 2
