"""Reports may read a streaming replica, say how old it is, and leave it once it is too old; charges never read it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.migrated import fill
from tests.postgres_server import running_server
from tests.replica_server import running_replica

pytestmark = pytest.mark.own_database
UNFLUSHED = ("fsync=off", "full_page_writes=off")


@pytest.fixture(scope="module")
def seen() -> Iterator[dict[str, Any]]:
    """What a reader saw while its replica, a real one, kept up, was paused, caught up and was killed."""
    with running_server(durable=True, settings=UNFLUSHED) as url:
        fill(url)
        environment = os.environ | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "REPLICA_MAX_AGE_S": "3",
        }
        run(environment, "manage.py", "migrate", "--verbosity=0")
        run(environment, "manage.py", "createcachetable")
        with running_replica(url) as replica:
            environment |= {"DATABASE_REPLICA_URL": replica.url}
            yield json.loads(run(environment, "-m", "tests.processes.replica_reader", str(replica.pid)))


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1] if done.stdout else ""


def test_a_report_reads_a_fresh_replica_and_says_so(seen: dict[str, Any]) -> None:
    for moment, net in (("fresh", "5"), ("again", "10")):
        report = seen[moment]
        assert report["net"] == net
        assert report["behind_s"] <= 2  # nobody writes, but its server sends its clock only so often
        assert report["from_replica"] >= 2  # the page and the API


def test_a_report_that_is_a_little_late_shows_its_age_and_what_was_true_then(seen: dict[str, Any]) -> None:
    late = seen["a little late"]
    assert late["net"] == "5"
    assert late["from_replica"] >= 2
    assert 1 <= late["behind_s"] <= 3
    assert late["age_s"] >= 1


@pytest.mark.parametrize("moment", ["too late", "dead"])
def test_a_report_leaves_a_replica_that_is_too_old_or_gone(seen: dict[str, Any], moment: str) -> None:
    report = seen[moment]
    assert (report["net"], report["behind_s"], report["from_replica"]) == ("10", None, 0)
    assert report["age_s"] < 1


def test_a_charge_is_never_decided_on_the_replica(seen: dict[str, Any]) -> None:
    assert [seen[f"{which} charge"] for which in ("first", "second")] == [["completed", 0], ["completed", 0]]
    # The paused replica still has 7 tokens, and one job would cost 5.
    assert seen["third charge"] == ["insufficient_tokens", 0]
