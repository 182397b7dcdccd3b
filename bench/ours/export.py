"""`python -m bench.ours.export csv|xlsx`: exports all ledger entries of the large contract, in a process of its own.

Prints rows, seconds until the first byte and the first rows, seconds in all, and the process's peak of memory (MB).
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402

from bench.history.people import LARGE_CONTRACT  # noqa: E402
from ledger.models import Membership, Role  # noqa: E402
from portal.exports import asking, making  # noqa: E402
from portal.models.exports import Export  # noqa: E402


def main(format_: str) -> None:
    """Ask as the contract's administrator would, and take the file as the browser or the worker would."""
    began = time.perf_counter()
    export = _asked(format_)
    found = _stream(export, began) if format_ == "csv" else _make(export, began)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({**found, "seconds": time.perf_counter() - began, "memory_mb": memory_mb}))


def _asked(format_: str) -> Export:
    membership = Membership.objects.select_related("contract", "user").get(
        contract__number=LARGE_CONTRACT, role=Role.ADMINISTRATOR
    )
    question = asking.question_from(membership, "entries", "scope=contract&range=all", now=timezone.now())
    return asking.ask(membership=membership, dataset="entries", format_=format_, question=question, at_once=True)


def _stream(export: Export, began: float) -> dict[str, Any]:
    """Read a CSV as it is streamed, keeping nothing of it."""
    counts: list[int] = []
    times_s: list[float] = []
    for _ in making.pieces(export, done=lambda rows, size: counts.extend((rows, size))):
        if len(times_s) < 2:
            times_s.append(time.perf_counter() - began)
    return {"first_byte_ms": 1000 * times_s[0], "first_rows_ms": 1000 * times_s[1], "rows": counts[0]}


def _make(export: Export, began: float) -> dict[str, Any]:
    """Write the file as the worker does."""
    with tempfile.TemporaryDirectory() as folder:
        rows = making.make_file(export, Path(folder) / "export", tell=lambda rows: None)
    return {"rows": rows}


if __name__ == "__main__":
    main(sys.argv[1])
