"""Sends requests with wrk and tells how they were answered."""

import json
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench import ROOT
from bench.processes import Failed
from bench.rounds import Measure

_PATIENCE: Final = (1, 3, 9)
_SCRIPT: Final = ROOT / "bench" / "wrk" / "post.lua"


class TooSlow(Failed):
    """Not one request was answered in the time given."""


def with_patience(measure: Measure) -> Measure:
    """Return a measuring that takes three times as long, and again, rather than end without an answer."""

    def patient(seconds: float) -> Mapping[str, float]:
        for longer in _PATIENCE:
            try:
                return measure(longer * seconds)
            except TooSlow:
                continue
        return measure(_PATIENCE[-1] * seconds)

    return patient


def wrk_path() -> str:
    """Return where wrk is.

    Raises:
        Failed: it is not installed.
    """
    found = shutil.which("wrk")
    if found is None:
        raise Failed("The benchmark over HTTP needs wrk: run 'sudo apt-get install wrk', or leave HTTP out with ONLY=.")
    return found


def post(
    url: str,
    *,
    bodies: Sequence[Any],
    authorization: str = "none",
    connections: int = 1,
    seconds: float,
    once: bool = False,
) -> dict[str, float]:
    """POST the bodies in turn over so many connections, each request under its own key; return rate and times.

    With `once` no body is sent twice; when there are no more, the time left does not count.

    Raises:
        Failed: an answer was not a success.
        TooSlow: there was no answer in time.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(body) + "\n" for body in bodies)
        file.flush()
        environment = os.environ | {
            "BENCH_BODIES": file.name,
            "BENCH_SPARE": str(connections - 1) if once else "",
            "BENCH_PREFIX": f"{uuid.uuid4().hex}-",
            "BENCH_AUTHORIZATION": authorization,
        }
        options = ["--threads", "1", "--connections", str(connections), "--timeout", "30s"]
        options += ["--duration", f"{max(1, round(seconds))}s"]
        answered = _run([wrk_path(), *options, "--script", str(_SCRIPT), url], environment)
    if not answered["requests"]:
        raise TooSlow(f"{url}: no answer within {seconds} s.")
    if answered["failed"]:
        raise Failed(f"{url}: {answered['failed']} of {answered['requests']} requests failed.")
    busy_s = answered["mean_ms"] / 1000 * answered["requests"] / connections if once else answered["seconds"]
    return {"rate": answered["requests"] / busy_s, **answered}


def _run(command: Sequence[str], environment: dict[str, str]) -> dict[str, float]:
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=False, cwd=Path(ROOT)
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise Failed(f"wrk: {done.stderr or done.stdout}")
    answered: dict[str, float] = json.loads(lines[-1])
    return answered
