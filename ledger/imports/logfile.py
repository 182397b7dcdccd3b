"""Opens logs, plain or gzip, and names them. For the readers and the command."""

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ledger.imports.errors import ImportRefused

GZIP_MAGIC: Final = b"\x1f\x8b"
MAX_LINE: Final = 100_000
MAX_NAME: Final = 40
_EXTENSIONS: Final = frozenset({".gz", ".swf", ".txt", ".log", ".csv", ".psv", ".sacct"})


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (number, text) of each line of the log, unpacked where it is gzip.

    Bytes that are not UTF-8 become replacement characters: they can only stand in names.

    Raises:
        ImportRefused: the file cannot be read, or is named .gz and is not gzip, or ends too early.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        if path.suffix == ".gz" and not packed:
            raise ImportRefused(f"{path} is named .gz, but it is not gzip.")
        with gzip.open(path) if packed else path.open("rb") as stream:
            number = 0
            while line := stream.readline(MAX_LINE):
                number += 1
                yield number, line.decode("utf-8", "replace").rstrip("\r\n")
    except (gzip.BadGzipFile, zlib.error, EOFError) as broken:
        raise ImportRefused(f"{path} is damaged: {broken}.") from broken
    except OSError as failed:
        raise ImportRefused(f"{path} cannot be read: {failed.strerror or failed}.") from failed


def log_name(path: Path) -> str:
    """Return the file's name without the extensions of logs; dots inside the name stay."""
    name = path.name
    while Path(name).suffix.lower() in _EXTENSIONS and Path(name).stem:
        name = Path(name).stem
    return name


def checked_name(name: str) -> str:
    """Return `name` if it can stand before the colon of keys, contract numbers and usernames.

    Raises:
        ImportRefused: it is empty, too long, or has a colon or characters that cannot be seen.
    """
    if not 0 < len(name) <= MAX_NAME or not re.fullmatch(r"[^:\s]+", name) or not name.isprintable():
        raise ImportRefused(
            f"{name!r} cannot name the log: give a name of at most {MAX_NAME} characters "
            "without spaces and colons with --log."
        )
    return name
