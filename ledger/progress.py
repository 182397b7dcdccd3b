"""How far a long piece of work is, and whether to go on. Verbs that work in batches report here; the worker listens."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")
_FAILURES_KEPT: Final = 20


class Progress:
    """Listens to nobody and never stops; whoever wants to know overrides the three methods."""

    def expect(self, total: int) -> None:
        """Note how much there is to do."""

    def advance(self, count: int = 1) -> None:
        """Note that so much more is done."""

    def is_stopped(self) -> bool:
        """Tell whether to leave the rest for the next run. Asked between batches, never within one."""
        return False

    def batches(self, items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
        """Yield the items in batches until all were done or the work is stopped."""
        self.expect(len(items))
        for start in range(0, len(items), size):
            if self.is_stopped():
                return
            batch = items[start : start + size]
            yield batch
            self.advance(len(batch))


SILENT: Final = Progress()


def in_batches(batches: Iterable[Sequence[T]], do: Callable[[Sequence[T]], int], *, progress: Progress = SILENT) -> int:
    """Do each batch, and return the sum of what `do` returned; one that fails keeps none of the others from being done.

    Every batch must be a whole database transaction of its own, or several.

    Raises:
        ExceptionGroup: some batches failed, after all others were done; or so many that the rest was left.
    """
    done, failed = 0, list[Exception]()
    for batch in batches:
        if progress.is_stopped() or len(failed) == _FAILURES_KEPT:
            break
        try:
            done += do(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again below
            failed.append(error)
        progress.advance(len(batch))
    if failed:
        raise ExceptionGroup(f"{len(failed)} batches failed", failed)
    return done
