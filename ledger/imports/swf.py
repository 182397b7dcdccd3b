"""Reads the Standard Workload Format, version 2.2. Nothing here knows about tokens.

Source: Parallel Workloads Archive, "The Standard Workload Format".
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ledger.imports.errors import ImportRefused
from ledger.imports.logfile import lines
from ledger.imports.rows import Ending, Quarantined, Row, Unmoved
from ledger.imports.times import LAST_S

FIELDS: Final = 18
PARTIAL: Final = 2
ENDINGS: Final = {
    0: Ending.FAILED,
    1: Ending.COMPLETED,
    3: Ending.COMPLETED,
    4: Ending.FAILED,
    5: Ending.CANCELLED,
}
# Field numbers of the format less one. CPU time and memory are left out: they may have decimals.
_READ: Final = (0, 1, 2, 3, 4, 7, 8, 10, 11, 12, 13, 14, 15)
_WHOLE: Final = re.compile(r"(-?[0-9]{1,15})(?:\.0+)?", re.ASCII)
_HEADER: Final = re.compile(r";\s*UnixStartTime:\s*(-?[0-9]{1,12})\s*", re.ASCII)
_NAME: Final = re.compile(r";\s*(Queue|Partition):\s*(-?[0-9]{1,15})\s+(\S.*)", re.ASCII)


def start_time(path: Path) -> int | None:
    """Return the header's UnixStartTime, None where the header lacks it."""
    for _, text in lines(path):
        if text.strip() and not text.startswith(";"):
            return None
        if found := _HEADER.fullmatch(text):
            return int(found[1])
    return None


def names(path: Path) -> dict[tuple[str, str], str]:
    """Return the names that the header gives: (partition or queue, number) -> name."""
    found: dict[tuple[str, str], str] = {}
    for _, text in lines(path):
        if text.strip() and not text.startswith(";"):
            break
        if match := _NAME.fullmatch(text):
            found[match[1].lower(), match[2]] = match[3].strip()
    return found


def read(path: Path, *, epoch_s: int) -> Iterator[Row | Unmoved | Quarantined]:
    """Yield what each line after the header says. `epoch_s` is when the log's seconds begin.

    Raises:
        ImportRefused: the file cannot be read.
    """
    for number, text in lines(path):
        if text.strip() and not text.startswith(";"):
            yield _parse(number, text.split(), epoch_s)


def _parse(line: int, fields: list[str], epoch_s: int) -> Row | Unmoved | Quarantined:
    job = fields[0][:40]
    if len(fields) != FIELDS:
        return Quarantined(line, job, f"{len(fields)} fields instead of {FIELDS}")
    values: dict[int, int] = {}
    for index in _READ:
        found = _WHOLE.fullmatch(fields[index])
        if found is None:
            return Quarantined(line, job, f"field {index + 1} is not a whole number")
        values[index + 1] = int(found[1])
    if values[11] == PARTIAL:
        return Unmoved(line)
    if values[11] not in ENDINGS:
        return Quarantined(line, job, f"status {values[11]} says nothing about how the job ended")
    return _row(line, values, epoch_s)


def _row(line: int, values: dict[int, int], epoch_s: int) -> Row | Quarantined:
    number = str(values[1])
    if values[1] < 0 or values[2] < 0:
        return Quarantined(line, number, "no job number" if values[1] < 0 else "no submit time")
    submit_s = epoch_s + values[2]
    end_s = submit_s + max(values[3], 0) + max(values[4], 0)
    if submit_s < 0 or end_s > LAST_S:
        return Quarantined(line, number, "the times lie outside the calendar")
    return Row(
        line=line,
        number=number,
        order=(values[1], 0),
        submit_s=submit_s,
        end_s=end_s,
        run_s=max(values[4], 0),
        allocated=max(values[5], 0),
        requested=max(values[8], 0),
        limit_s=max(values[9], 0),
        ending=ENDINGS[values[11]],
        reason=f"status {values[11]} in the log",
        user=str(values[12]),
        user_number=values[12],
        # Logs without groups write -1 or 0, and either means the one group of everybody.
        group=str(max(values[13], 0)),
        executable=str(values[14]),
        queue=str(values[15]),
        partition=str(values[16]),
    )


def epoch_of(path: Path, given: int | None) -> int:
    """Return when the log's seconds begin: what its header says, else what was given.

    Raises:
        ImportRefused: neither says so.
    """
    in_header = start_time(path)
    if in_header is not None:
        return in_header
    if given is None:
        raise ImportRefused("The log's header has no UnixStartTime: say when its time begins with --epoch SECONDS.")
    return given
