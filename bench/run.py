"""One run: sets up the groups that were asked for, measures all their contestants in turn."""

import json
from typing import Final

from bench.groups import charges, files, http, peers, reads, sqlite
from bench.groups.charges import Flush
from bench.groups.http import Site
from bench.http.servers import web_server
from bench.limit.calls import Limit
from bench.processes import Worker
from bench.progress import Progress
from bench.rounds import Contestant, Measured, measure_in_turn, measurements
from bench.stage import LARGE, SMALL, Stage

_CHARGING: Final = ("single", "batch", "http", "hot")


def measure_all(stage: Stage, progress: Progress) -> Measured:
    """Return the rows of this run, and what failed."""
    options = stage.options
    contestants = _contestants(stage)
    progress.begin(measurements(contestants, rounds=options.rounds))
    return measure_in_turn(
        contestants,
        rounds=options.rounds,
        seconds=options.seconds,
        flush=stage.cluster.flush,
        flush_us=options.flush_us,
        tick=progress.tick,
    )


def _contestants(stage: Stage) -> list[Contestant]:
    """Set up the groups that were asked for, and return their contestants."""
    wants = stage.options.wants
    found = _charges(stage) if any(map(wants, _CHARGING)) else []
    if wants("sqlite"):
        found += sqlite.sqlite(stage)
    if wants("reads") or wants("growth"):
        found += _reads(stage)
    if wants("import"):
        found += files.imports(stage)
    if wants("export"):
        found += files.exports(stage)
    return found


def _charges(stage: Stage) -> list[Contestant]:
    wants = stage.options.wants
    worker = stage.ours(LARGE)
    limit = Limit(stage.cluster, LARGE, worker.facts["limit"], stage.directory)
    found = []
    if wants("single"):
        found += [*charges.single(worker, limit), *peers.single(stage)]
    if wants("batch"):
        found += charges.batches(worker, limit)
    if wants("hot"):
        found += charges.hot(worker, limit, _flushes(stage))
    if wants("http") or wants("hot"):
        found += _over_http(stage, worker)
    return found


def _over_http(stage: Stage, worker: Worker) -> list[Contestant]:
    wants = stage.options.wants
    sites = _sites(stage, worker)
    found = []
    if wants("http"):
        found += http.single(sites, connections=(8,) if stage.options.short else (1, 8))
        found += http.batches(sites[0], worker)
    if wants("hot"):
        found += http.hot(sites, _flushes(stage))
    return found


def _flushes(stage: Stage) -> list[Flush]:
    return charges.hot_flushes(stage.options, can_be_chosen=stage.cluster.flush.can_be_chosen)


def _reads(stage: Stage) -> list[Contestant]:
    wants = stage.options.wants
    worker = stage.ours(LARGE)
    found = reads.pages(worker) if wants("reads") else []
    return [*found, *reads.growth(worker, stage.ours(SMALL), with_pages=not found)] if wants("growth") else found


def _sites(stage: Stage, worker: Worker) -> list[Site]:
    """Serve our site, and what it is compared with."""
    environment = stage.environment(stage.site(LARGE))
    stage.tell("web servers")
    ours = stage.stack.enter_context(web_server(environment=environment, log=stage.log("web ours")))
    body = worker.facts["bodies"][0]
    return [
        Site("ours over HTTP", f"{ours}/api/v1/jobs", body, worker.facts["authorization"]),
        Site("one call over HTTP", f"{_one_call(stage, worker, 'settings')}/hold", body),
        Site("bare call over HTTP", f"{_one_call(stage, worker, 'bare_settings')}/bare", {}),
        peers.naive(stage),
    ]


def _one_call(stage: Stage, worker: Worker, settings: str) -> str:
    """Serve the views that do nothing but one call; return the server's address."""
    environment = stage.environment(stage.site(LARGE)) | {
        "BENCH_LIMIT": json.dumps(worker.facts["limit"]),
        "DJANGO_SETTINGS_MODULE": f"bench.limit.{settings}",
    }
    server = web_server(environment=environment, log=stage.log(f"web limit {settings}"))
    return stage.stack.enter_context(server)
