"""`make canaries`: puts one defect after the other into a copy of the tracked files, and fails when no test sees one.

First the fitting tests run without any defect: only what passes then can catch one.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from tests.canaries.patches import Canary, DoesNotApply, canaries

ROOT = Path(__file__).resolve().parents[2]
PYTEST = [str(ROOT / ".venv/bin/python"), "-m", "pytest", "-q", "--no-header", "--tb=no", "--show-capture=no"]
WHOLE = ["tests", "--ignore=tests/browser", "--ignore=tests/house", "--ignore=tests/ledger/books"]
FAILED = 1
"""pytest's exit status when tests ran and some failed; what cannot even be read is no catch."""


@dataclass(frozen=True)
class Outcome:
    """What became of a canary: the test that caught it, or nothing."""

    canary: Canary
    caught_by: str
    spent_s: float
    is_caught: bool


def copy_of_the_tracked_files(place: Path) -> Path:
    """Copy what git knows, as it is in the checkout now; the environment is shared."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        source = ROOT / name
        if source.is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, place / name)
    return place


def run_tests(root: Path, tests: list[str], database: str, *, first_only: bool = True) -> tuple[int, str]:
    """Return pytest's exit status and the first test that failed."""
    options = [*(["-x"] if first_only else []), *(["-p", "tests.pgplugin"] if database == "postgresql" else [])]
    surroundings = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "VAR_DIR")}
    command = [*PYTEST, *options, *tests]
    done = subprocess.run(command, cwd=root, env=surroundings, capture_output=True, text=True, check=False)
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return done.returncode, found[1] if found else done.stdout[-300:].strip()


def try_one(canary: Canary, root: Path) -> Outcome:
    """Apply the canary, run the fitting tests and, if they see nothing, the whole suite; put everything back."""
    started = time.perf_counter()
    try:
        canary.apply(root)
        for tests, database in [*(([one], canary.database) for one in canary.tests), (WHOLE, "sqlite")]:
            status, test = run_tests(root, tests, database)
            if status:
                break
    except DoesNotApply as error:
        status, test = -1, f"does not apply: {error}"
    finally:
        canary.take_back(root, ROOT)
    caught = status == FAILED
    seen = test if caught or status < 0 else f"SURVIVED (status {status}) {test if status else ''}"
    return Outcome(canary, seen, time.perf_counter() - started, caught)


def check_without(root: Path, chosen: list[Canary]) -> bool:
    """Tell whether the fitting tests pass without any defect."""
    fitting: dict[str, set[str]] = {}
    for canary in chosen:
        fitting.setdefault(canary.database, set()).update(canary.tests)
    for database, tests in sorted(fitting.items()):
        status, test = run_tests(root, sorted(tests), database, first_only=False)
        if status == FAILED:  # on a busy machine a test of patience may fail once
            status, test = run_tests(root, ["--last-failed", *sorted(tests)], database, first_only=False)
        if status:
            write(f"Without any canary the tests fail on {database}: {test}")
            return False
    return True


def run(chosen: list[Canary], jobs: int) -> int:
    """Try all, so many at once; return how many were not caught."""
    with tempfile.TemporaryDirectory(prefix="canaries-") as place:
        roots: Queue[Path] = Queue()
        for number in range(jobs):
            roots.put(copy_of_the_tracked_files(Path(place) / str(number)))
        if not check_without(roots.queue[0], chosen):
            return len(chosen)

        def one(canary: Canary) -> Outcome:
            root = roots.get()
            try:
                outcome = try_one(canary, root)
            finally:
                roots.put(root)
            write(f"{outcome.canary.name:30} {outcome.spent_s:5.1f} s  {outcome.caught_by}")
            return outcome

        with ThreadPoolExecutor(jobs) as pool:
            outcomes = list(pool.map(one, chosen))
    caught = sum(outcome.is_caught for outcome in outcomes)
    write(f"{caught} of {len(outcomes)} canaries caught")
    for outcome in outcomes:
        if not outcome.is_caught:
            write(f"NOT CAUGHT: {outcome.canary.name}: {outcome.canary.title}")
    return len(outcomes) - caught


def write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="how many at once")
    parser.add_argument("--only", nargs="*", help="their names")
    given = parser.parse_args()
    chosen = [canary for canary in canaries() if not given.only or canary.name in given.only]
    sys.exit(1 if run(chosen, given.jobs) else 0)


if __name__ == "__main__":
    main()
