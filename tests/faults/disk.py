"""A small disk of its own that can be filled to the last byte: a tmpfs, which only root can mount."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOW = "To test full disks a tmpfs must be mounted: run as root, in a container with CAP_SYS_ADMIN. mount said: "


class Disk:
    """A mounted directory that `fill` leaves no room on, and `free` gives it back."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._filler = directory / "filler"

    def fill(self) -> None:
        """Take all the room that is left."""
        with self._filler.open("ab") as file:
            for size in (1 << 20, 1 << 12):
                block = bytes(size)
                try:
                    while True:
                        os.write(file.fileno(), block)
                except OSError:
                    continue

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(megabytes: int) -> Iterator[Disk]:
    """Mount a disk of so many megabytes and unmount it afterwards.

    Raises:
        RuntimeError: it cannot be mounted here; the message says what is needed.
    """
    directory = Path(tempfile.mkdtemp(prefix="faults-disk-"))
    options = f"size={megabytes}m,mode=0755"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        directory.rmdir()
        raise RuntimeError(HOW + mounted.stderr.strip())
    try:
        yield Disk(directory)
    finally:
        subprocess.run(["umount", "--lazy", directory], check=True)
        directory.rmdir()
