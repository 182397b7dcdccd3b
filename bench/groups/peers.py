"""The neighbours: hordak and openedx-ledger in process, the naive charge over HTTP."""

import sys
from typing import Final

from bench import ROOT
from bench.groups.charges import in_process
from bench.groups.http import Site
from bench.http.servers import web_server
from bench.processes import Worker, run, worker
from bench.rounds import Contestant
from bench.stage import Stage

PYTHON: Final = ROOT / "var" / "bench" / "bin" / "python"
_THREADS: Final = (1, 8)


def single(stage: Stage) -> list[Contestant]:
    """Return hordak's and openedx-ledger's nearest work to a hold."""
    hordak, openedx = _worker(stage, "hordak"), _worker(stage, "openedx_ledger")
    found = []
    for threads in _THREADS:
        ending = f"{threads} thread{'s' * (threads > 1)}"
        found += [
            Contestant(f"hordak, bare transfer, {ending}", in_process(hordak, "transfer", threads=threads)),
            Contestant(f"hordak, never overdraw, {ending}", in_process(hordak, "never overdraw", threads=threads)),
            Contestant(f"openedx-ledger, {ending}", in_process(openedx, "charge", threads=threads)),
        ]
    return found


def naive(stage: Stage) -> Site:
    """Serve the naive charge, by the same web server as ours."""
    environment = _environment(stage, "naive")
    log = stage.log("naive")
    token = run([sys.executable, "-m", "bench.peers.naive"], environment=environment, log=log).strip()
    server = web_server(
        environment=environment, log=stage.log("web naive"), application="bench.peers.naive.wsgi:application"
    )
    address = stage.stack.enter_context(server)
    return Site("naive ORM over HTTP", f"{address}/jobs", {"service": "generative_study"}, f"Token {token}")


def _worker(stage: Stage, name: str) -> Worker:
    environment = _environment(stage, name)
    return stage.stack.enter_context(
        worker(f"bench.peers.{name}", environment=environment, log=stage.log(name), python=PYTHON)
    )


def _environment(stage: Stage, name: str) -> dict[str, str]:
    """Return the environment of a neighbour with an empty database of its own."""
    stage.tell(name)
    stage.cluster.create(name)
    return stage.bare_environment() | {
        "BENCH_DATABASE": name,
        "BENCH_HOST": stage.cluster.directory,
        "DJANGO_SETTINGS_MODULE": f"bench.peers.{name}.settings",
    }
