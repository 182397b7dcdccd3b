"""The progress bar: what is being prepared or measured, and how much is left."""

import sys
from types import TracebackType

from tqdm import tqdm  # type: ignore[import-untyped]


class Progress:
    """A bar on the error output: first without an end, while things are prepared, then with one step a measurement."""

    def __enter__(self) -> "Progress":
        # In a log, a line now and then.
        interval_s = 0.1 if sys.stderr.isatty() else 15
        self._bar = tqdm(total=0, bar_format="{desc} {elapsed}", dynamic_ncols=True, mininterval=interval_s)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def tell(self, what: str) -> None:
        """Say what is being prepared."""
        if sys.stderr.isatty():
            self._bar.set_description_str(f"preparing: {what}", refresh=True)
        else:
            self._bar.write(f"preparing: {what}", file=sys.stderr)

    def begin(self, steps: int) -> None:
        """Start counting measurements."""
        self._bar.bar_format = None
        self._bar.reset(total=steps)

    def tick(self, what: str) -> None:
        """Say what is measured now; the one before is done."""
        self._bar.set_description_str(what[:50], refresh=False)
        self._bar.update()
