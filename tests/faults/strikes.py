"""The faults that strike while a client charges. Only what was killed is started again; all else heals by itself."""

import random
import time

from tests.faults import stages
from tests.faults.campaign import Fault
from tests.faults.http import call
from tests.faults.stages import Stage


def kill_web_server(stage: Stage, chance: random.Random) -> None:
    stage.site.kill_web()
    stage.site.start_web()


def kill_postmaster(stage: Stage, chance: random.Random) -> None:
    stage.server.kill_postmaster()
    stage.server.start()


def kill_all_of_postgresql(stage: Stage, chance: random.Random) -> None:
    stage.server.kill_all()
    stage.server.start()


def kill_backend(stage: Stage, chance: random.Random) -> None:
    assert stage.server.kill_backend(chance), "nobody is connected"


def pause_postgresql(stage: Stage, chance: random.Random) -> None:
    stage.server.pause()
    time.sleep(0.2 + chance.random() * 2.3)  # around the web server's patience
    stage.server.go_on()


def lose_answer(stage: Stage, chance: random.Random) -> None:
    assert stage.proxy
    stage.proxy.lose_next_answer()


def fill_disk(stage: Stage, chance: random.Random) -> None:
    """Fill it, let the database meet that for a while, and make room again."""
    assert stage.disk
    stage.disk.fill()
    time.sleep(0.3 + chance.random())
    stage.disk.free()
    if stage.postgres and stage.postgres.process and stage.postgres.process.poll() is not None:
        stage.postgres.start()


def set_clock_wrong(stage: Stage, chance: random.Random) -> None:
    """Set the web server's clock days back or forth: no dead token comes to life, no living one dies."""
    assert stage.clock
    days = chance.choice((-1, 1)) * chance.choice((2, 5, 40, 800))
    stage.clock.set(f"{days:+d}d")
    facts = stage.facts
    pools = call(stage, f"/pools?contract={facts['dying']}")[1]["results"]
    (pool,) = [pool for pool in pools if pool["kind"] == "individual"]
    assert pool["available"] == "4", (days, pool)
    asked = {"service": facts["service"], "user": "carol@example.com", "contract": facts["dying"]}
    key = f"clock-{chance.getrandbits(64)}"
    status, problem = call(stage, "/jobs", {**asked, "quantity": "5"}, key=key)
    assert (status, problem["code"]) == (402, "insufficient_tokens"), (days, problem)
    status, job = call(stage, "/jobs", {**asked, "quantity": "4"}, key=f"{key}-4")
    assert status == 201, (days, job)
    assert call(stage, f"/jobs/{job['id']}/cancel", {}, key=f"{key}-x")[0] == 200


FAULTS = {
    fault.name: fault
    for fault in (
        Fault("web server killed", kill_web_server),
        Fault("postmaster killed", kill_postmaster),
        Fault("PostgreSQL killed whole", kill_all_of_postgresql),
        Fault("backend killed", kill_backend),
        Fault("answer lost", lose_answer, stages.on_lossy_line),
        Fault("disk full", fill_disk, stages.on_small_disk),
        Fault("PostgreSQL paused", pause_postgresql),
        Fault("clock wrong", set_clock_wrong, stages.on_wrong_clock),
        Fault("SQLite web server killed", kill_web_server, stages.on_sqlite),
        Fault("SQLite disk full", fill_disk, stages.on_small_disk_of_sqlite),
    )
}
