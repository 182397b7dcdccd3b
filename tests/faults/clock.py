"""A machine whose clock is wrong: libfaketime under the web server, while the database's machine has the right time."""

from pathlib import Path
from typing import Final

LIBRARIES: Final = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")
HOW: Final = "To test wrong clocks libfaketime is needed: apt-get install libfaketime."


def library() -> str:
    """Return where libfaketime is.

    Raises:
        RuntimeError: it is not installed; the message names the command.
    """
    found = [str(path) for pattern in LIBRARIES for path in Path("/").glob(pattern[1:])]
    if not found:
        raise RuntimeError(HOW)
    return found[0]


class Clock:
    """The web server's clock: `environment` puts it under its process, `set` moves it while that runs."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "clock"
        self.set("+0")
        self.environment = {
            "LD_PRELOAD": library(),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            # The waiting of threads is measured with the monotonic clock, which no administrator sets.
            "DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, offset: str) -> None:
        """Let the clock be wrong by `offset`: `-5d`, `+3d`, `+0`."""
        draft = self._file.with_suffix(".new")
        draft.write_text(offset)
        draft.rename(self._file)
