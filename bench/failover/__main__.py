"""Starts a cluster, lets a client charge, kills the leader, prints one table: `python -m bench.failover`."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench import ROOT
from bench.failover.cluster import SETTINGS, running_cluster

NODES: Final = 3
THREADS: Final = 8
BEFORE_S: Final = 15.0
SECONDS: Final = 75.0


def main() -> None:
    """Run once; ends with 1 if a charge was lost, doubled or does not add up."""
    with tempfile.TemporaryDirectory(prefix="chfo-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        with running_cluster(directory, nodes=NODES) as cluster:
            _say(f"waiting for {NODES} nodes")
            cluster.wait_until_safe(NODES - 1)
            environment = os.environ | {"DATABASE_URL": cluster.url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
            subprocess.run(migrate, cwd=ROOT, env=environment, check=True)  # noqa: S603
            _say("charging")
            command = [sys.executable, "-m", "bench.failover.client", str(THREADS), str(SECONDS)]
            client = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603
            assert client.stdout
            assert client.stdout.readline() == "ready\n"
            time.sleep(BEFORE_S)
            leader = cluster.wait_until_safe(NODES - 1)
            leader.kill()
            killed_at = time.time()
            _say(f"killed {leader.name}")
            found = json.loads(client.stdout.readlines()[-1])
            client.wait()
            successor = cluster.leader()
            _table(found, killed_at, f"{leader.name}, then {successor.name if successor else 'nobody'}")
    if found["lost"] or found["doubled"] or found["differences"]:
        raise SystemExit(1)


def _say(text: str) -> None:
    sys.stderr.write(f"{text} ...\n")


def _table(found: dict[str, Any], killed_at: float, leaders: str) -> None:
    back_s = found["gap_s"] - (killed_at - found["last_before_gap"])
    rows = {
        "nodes, leaders": f"{NODES}, {leaders}",
        "ttl, loop_wait (s)": f"{SETTINGS['ttl']}, {SETTINGS['loop_wait']}",
        "charges acknowledged": found["acknowledged"],
        "of these lost": found["lost"],
        "booked twice": found["doubled"],
        "in the books": found["booked"],
        "attempts that were repeated": found["retries"],
        "seconds until the first charge after the kill": f"{back_s:.1f}",
        "invariants broken": len(found["differences"]),
    }
    for name, value in rows.items():
        sys.stdout.write(f"| {name} | {value} |\n")


if __name__ == "__main__":
    main()
