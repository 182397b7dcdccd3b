"""Small logs for the tests, and the import of one as the command does it."""

import json
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

from django.core.management import call_command

EPOCH = 1_600_000_000
DAY = 86_400
_names = count(1)


def swf(
    number: int,
    submit: int,
    *,
    wait: int = 0,
    run: int = 60,
    allocated: int = 4,
    requested: int = 4,
    limit: int = 3600,
    status: int = 1,
    user: int = 7,
    group: int = 1,
    executable: int = -1,
    queue: int = 1,
    partition: int = 5,
) -> str:
    """One line of the Standard Workload Format, with plausible values where the test says nothing."""
    first = f"{number} {submit} {wait} {run} {allocated} 0.5 -1 {requested} {limit} -1"
    return f"{first} {status} {user} {group} {executable} {queue} {partition} -1 -1"


def write_log(folder: Path, *rows: str, name: str = "") -> Path:
    """Write the lines into a file whose name no other log of the test run has."""
    path = folder / (name or f"log{next(_names)}.swf")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def run_import(path: Path, **options: Any) -> dict[str, Any]:
    """Run the command and return its summary. SWF logs begin at EPOCH unless told."""
    summary = path.with_name(f"{path.name}.json")
    if options.get("format", "swf") == "swf":
        options.setdefault("epoch", EPOCH)
    call_command("import_jobs", path, summary=summary, stdout=StringIO(), **options)
    document: dict[str, Any] = json.loads(summary.read_text(encoding="utf-8"))
    return document


def outcome(document: dict[str, Any], name: str) -> tuple[int, str, str]:
    """Jobs, charged and refunded of one outcome."""
    line = document["outcomes"][name]
    return (line["jobs"], line["charged"], line["refunded"])
