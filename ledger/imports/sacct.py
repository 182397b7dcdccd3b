"""Reads what Slurm's `sacct --parsable2` prints. Nothing here knows about tokens.

Source: Slurm's manual, sacct(1), "Job Accounting Fields" and "JOB STATE CODES".
"""

import re
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Final
from zlib import crc32

from ledger.imports.errors import ImportRefused
from ledger.imports.logfile import lines
from ledger.imports.rows import Ending, Quarantined, Row, Unmoved
from ledger.imports.times import LAST_S, clock_seconds, local_seconds

ENDINGS: Final = {
    "COMPLETED": Ending.COMPLETED,
    "CANCELLED": Ending.CANCELLED,
    "FAILED": Ending.FAILED,
    "TIMEOUT": Ending.FAILED,
    "NODE_FAIL": Ending.FAILED,
    "OUT_OF_MEMORY": Ending.FAILED,
    "BOOT_FAIL": Ending.FAILED,
    "DEADLINE": Ending.FAILED,
    "PREEMPTED": Ending.FAILED,
}
# The run goes on under another line (requeued) or on another cluster (revoked).
MOVED_ON: Final = frozenset({"REQUEUED", "REVOKED"})
NOT_ENDED: Final = frozenset({"PENDING", "RUNNING", "SUSPENDED", "RESIZING", "CONFIGURING", "COMPLETING"})
# What a job needs, and the columns that can give it, the better one first.
COLUMNS: Final = {
    "job": ("JobID",),
    "user": ("User",),
    "submit": ("Submit",),
    "state": ("State",),
    "run": ("ElapsedRaw", "Elapsed"),
    "allocated": ("AllocCPUS", "NCPUS"),
    "start": ("Start",),
    "end": ("End",),
    "limit": ("TimelimitRaw", "Timelimit"),
    "requested": ("ReqCPUS",),
    "uid": ("UID",),
    "group": ("Group", "Account"),
    "partition": ("Partition",),
    "queue": ("QOS",),
    "executable": ("JobName",),
}
ALWAYS: Final = ("job", "user", "submit", "state", "run", "allocated")
_STEP: Final = re.compile(r"[0-9]+([_+][0-9]+|_\[.*\])?\..+", re.ASCII)
_JOB: Final = re.compile(r"([0-9]{1,15})(?:[_+]([0-9]{1,15}))?", re.ASCII)

Cells = dict[str, str]


def read(path: Path, *, needs: tuple[str, ...], zone: tzinfo) -> Iterator[Row | Unmoved | Quarantined]:
    """Yield what each line says of a job; job steps say nothing new and are left out.

    `needs` are the columns (keys of COLUMNS) that the options ask for besides those that every import needs;
    `zone` is the computing centre's, because sacct prints local times without one.

    Raises:
        ImportRefused: the file cannot be read, or the header lacks columns.
    """
    numbered = ((line, text) for line, text in lines(path) if text.strip())
    columns = _columns(next(numbered, (0, ""))[1], needs)
    width = columns.pop("", 0)
    for line, text in numbered:
        cells = text.split("|")
        if len(cells) != width:
            yield Quarantined(line, cells[0][:40], f"{len(cells)} columns instead of {width}")
        elif not _STEP.fullmatch(cells[columns["job"]]):
            yield _parse(line, {name: cells[index].strip() for name, index in columns.items()}, zone)


def _columns(header: str, needs: tuple[str, ...]) -> dict[str, int]:
    """Return where each column stands; the empty name holds how many there are."""
    found = {name.strip().lower(): index for index, name in reversed(list(enumerate(header.split("|"))))}
    columns: dict[str, int] = {"": len(header.split("|"))}
    for key, choices in COLUMNS.items():
        places = [found[name.lower()] for name in choices if name.lower() in found]
        if places:
            columns[key] = places[0]
    missing = [" or ".join(COLUMNS[key]) for key in (*ALWAYS, *needs) if key not in columns]
    if missing:
        raise ImportRefused(
            f"The first line must name the columns {', '.join(missing)}: run sacct --parsable2 with "
            "--format=JobID,User,Group,Partition,Submit,Start,End,ElapsedRaw,TimelimitRaw,ReqCPUS,AllocCPUS,State."
        )
    return columns


def _parse(line: int, cells: Cells, zone: tzinfo) -> Row | Unmoved | Quarantined:
    state = cells["state"].split(" ")[0].rstrip("+")
    number = cells["job"][:40]
    if state in MOVED_ON:
        return Unmoved(line)
    if state in NOT_ENDED:
        return Quarantined(line, number, f"the job has not ended ({state})")
    if state not in ENDINGS:
        return Quarantined(line, number, f"the state {state[:40]!r} says nothing about how the job ended")
    return _row(line, cells, ENDINGS[state], zone)


def _row(line: int, cells: Cells, ending: Ending, zone: tzinfo) -> Row | Quarantined:
    identity = _JOB.fullmatch(cells["job"])
    submit_s = local_seconds(cells["submit"], zone)
    run_s = _duration(cells["run"], unit_s=1)
    allocated = _count(cells["allocated"])
    if identity is None or submit_s is None or run_s is None or allocated is None:
        known = {"JobID": identity, "Submit": submit_s, "Elapsed": run_s, "AllocCPUS": allocated}
        unknown = next(name for name, value in known.items() if value is None)
        return Quarantined(line, cells["job"][:40], f"{unknown} cannot be read")
    end_s = _end(cells, submit_s, run_s, zone)
    if not submit_s <= end_s <= LAST_S:
        return Quarantined(line, identity[0], "the job ends before it was submitted or after all calendars")
    return Row(
        line=line,
        number=identity[0],
        order=(int(identity[1]), int(identity[2] or -1) + 1),
        submit_s=submit_s,
        end_s=end_s,
        run_s=run_s,
        allocated=allocated,
        requested=_count(cells.get("requested", "")) or 0,
        limit_s=_duration(cells.get("limit", ""), unit_s=60) or 0,
        ending=ending,
        reason=f"{cells['state'][:80]} in the log",
        user=cells["user"],
        user_number=_user_number(cells),
        group=cells.get("group", ""),
        partition=cells.get("partition", ""),
        queue=cells.get("queue", ""),
        executable=cells.get("executable", ""),
    )


def _end(cells: Cells, submit_s: int, run_s: int, zone: tzinfo) -> int:
    end_s = local_seconds(cells.get("end", ""), zone)
    if end_s is not None:
        return end_s
    # A job cancelled in the queue has neither a start nor, in old versions, an end.
    start_s = local_seconds(cells.get("start", ""), zone)
    return (submit_s if start_s is None else start_s) + run_s


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def _duration(text: str, *, unit_s: int) -> int | None:
    """Return the seconds of a raw number of units or of a clock; None for UNLIMITED and the like."""
    count = _count(text)
    return clock_seconds(text) if count is None else count * unit_s


def _user_number(cells: Cells) -> int:
    # Without the UID, any number will do that stays the same from run to run and machine to machine.
    uid = _count(cells.get("uid", ""))
    return crc32(cells["user"].encode()) if uid is None else uid
