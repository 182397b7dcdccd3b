"""What takes minutes and is measured once: the import of a job log, the export of many rows; each with its memory."""

import gzip
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench import ROOT
from bench.processes import Failed, run, tail
from bench.rounds import Contestant
from bench.stage import EMPTY, EXPORTED, Stage
from bench.targets import GENERATED

_LOG: Final = ROOT.parent / "shared" / "data" / "CEA-Curie-2011-2.1-cln-b1.swf.gz"
_EPOCH_S: Final = 1_296_571_124
_GENERATED_JOBS: Final = 20_000
_PART: Final = 10
_IMPORT: Final[Mapping[str, tuple[str, str]]] = {"rate": ("", "/s"), "memory_mb": (", peak memory", "MB")}
_CSV: Final[Mapping[str, tuple[str, str]]] = {
    "rate": ("", "rows/s"),
    "first_byte_ms": (", first byte", "ms"),
    "first_rows_ms": (", first rows", "ms"),
    "memory_mb": (", peak memory", "MB"),
}
_XLSX: Final[Mapping[str, tuple[str, str]]] = {"rate": ("", "rows/s"), "memory_mb": (", peak memory", "MB")}


def imports(stage: Stage) -> list[Contestant]:
    """Return the import of a tenth of the job log and, unless the run is short, of all of it."""
    lines = gzip.decompress(_LOG.read_bytes()).splitlines() if _LOG.exists() else _generated()
    name = "import of the job log" if _LOG.exists() else GENERATED
    found = [_import(stage, f"{name}, a tenth", lines[: len(lines) // _PART])]
    return found if stage.options.short else [*found, _import(stage, name, lines)]


def _import(stage: Stage, name: str, lines: Sequence[bytes]) -> Contestant:
    database = f"import of {len(lines)}"
    log = stage.directory / f"{len(lines)}-jobs.swf.gz"
    log.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))

    def measure(_seconds: float) -> Mapping[str, float]:
        stage.site(EMPTY)
        stage.cluster.create(database, like=EMPTY)
        options = ["--epoch", str(_EPOCH_S), "--rate", "11"]
        command = [sys.executable, "manage.py", "import_jobs", str(log), *options]
        taken_s, memory_mb = _watched(command, stage.environment(stage.cluster.url(database)), stage.log(database))
        return {"rate": len(lines) / taken_s, "memory_mb": memory_mb}

    return Contestant(name, measure, _IMPORT, once=True)


def _watched(command: Sequence[str], environment: Mapping[str, str], log: Path) -> tuple[float, float]:
    """Run a command to its end; return its seconds and its peak of memory (MB)."""
    began = time.perf_counter()
    with log.open("w") as file:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=dict(environment), stdout=file, stderr=file, start_new_session=True
        )
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise Failed(f"{' '.join(command)}\n{tail(log)}")
    return time.perf_counter() - began, used.ru_maxrss / 1024


def _generated() -> list[bytes]:
    """Return the lines of a log like the real one, for where that does not lie beside the checkout."""
    chance = random.Random(1)  # noqa: S311
    lines, submit_s = [], 0
    for number in range(1, _GENERATED_JOBS + 1):
        submit_s += chance.randrange(300)
        run_s, processors = chance.randrange(1, 40_000), 2 ** chance.randrange(12)
        status = chance.choices((1, 0, 5), (88, 5, 7))[0]
        who = (chance.randrange(249), chance.randrange(149), -1, -1, chance.randrange(1, 8))
        fields = (number, submit_s, 60, run_s, processors, -1, -1, processors, 86_400, -1, status, *who, -1, -1)
        lines.append(" ".join(map(str, fields)).encode())
    return lines


def exports(stage: Stage) -> list[Contestant]:
    """Return the export of a contract's ledger entries as CSV and as Excel."""
    url = stage.site(EXPORTED)
    rows = f"{stage.exported_entries:,}"
    return [
        Contestant(f"export of {rows} rows as CSV", lambda _: _export(stage, url, "csv"), _CSV, once=True),
        Contestant(f"export of {rows} rows as Excel", lambda _: _export(stage, url, "xlsx"), _XLSX, once=True),
    ]


def _export(stage: Stage, url: str, format_: str) -> Mapping[str, float]:
    command = [sys.executable, "-m", "bench.ours.export", format_]
    found = json.loads(run(command, environment=stage.environment(url), log=stage.log(f"export-{format_}")))
    return {"rate": found["rows"] / found["seconds"], **found}
