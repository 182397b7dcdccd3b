"""One run: sets up the groups that were asked for, measures all their contestants in turn."""

import json

from bench.groups import charges, http, peers
from bench.groups.http import Site
from bench.http.servers import web_server
from bench.limit.calls import Limit
from bench.processes import Worker
from bench.progress import Progress
from bench.rounds import Contestant, Row, measure_in_turn
from bench.stage import LARGE, Stage


def measure_all(stage: Stage, progress: Progress) -> list[Row]:
    """Return the rows of this run."""
    options = stage.options
    contestants = _contestants(stage)
    progress.begin(len(contestants) * options.rounds)
    return measure_in_turn(
        contestants,
        rounds=options.rounds,
        seconds=options.seconds,
        flush=stage.cluster.flush,
        flush_us=options.flush_us,
        tick=progress.tick,
    )


def _contestants(stage: Stage) -> list[Contestant]:
    wants, chosen = stage.options.wants, stage.cluster.flush.can_be_chosen
    worker = stage.ours(LARGE)
    limit = Limit(stage.cluster, LARGE, worker.facts["limit"], stage.directory)
    found = []
    if wants("single"):
        found += [*charges.single(worker, limit), *peers.single(stage)]
    if wants("batch"):
        found += charges.batches(worker, limit)
    if wants("hot"):
        found += charges.hot(worker, limit, chosen_flush=chosen)
    if wants("http") or wants("hot"):
        sites = _sites(stage, worker)
        found += http.single(sites) if wants("http") else []
        found += http.hot(sites, chosen_flush=chosen) if wants("hot") else []
        found += http.batches(sites[0].url.removesuffix("/api/v1/jobs"), worker) if wants("http") else []
    return found


def _sites(stage: Stage, worker: Worker) -> list[Site]:
    """Serve our site, and the view that does nothing but one call."""
    environment = stage.environment(stage.site(LARGE))
    stage.tell("web servers")
    ours = stage.stack.enter_context(web_server(environment=environment, log=stage.log("web ours")))
    environment |= {
        "BENCH_LIMIT": json.dumps(worker.facts["limit"]),
        "DJANGO_SETTINGS_MODULE": "bench.limit.settings",
    }
    limit = stage.stack.enter_context(web_server(environment=environment, log=stage.log("web limit")))
    return [
        Site("ours over HTTP", f"{ours}/api/v1/jobs", worker.facts["body"], worker.facts["authorization"]),
        Site("one call over HTTP", f"{limit}/hold", {}),
        peers.naive(stage),
    ]
