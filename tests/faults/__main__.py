"""`python -m tests.faults KILLS [SEED] [NAME...]`: every fault so many times, then a table. Run by `make faults`.

Ends with 1 if anything was lost, doubled or answered wrongly, or if the books are not sound.
"""

import sys
import time
import traceback
from collections.abc import Callable

from tests.faults.campaign import Outcome, strike_often
from tests.faults.races import NAME as RACES
from tests.faults.races import race_keys
from tests.faults.stages import forget_prepared, on_postgres
from tests.faults.strikes import FAULTS
from tests.faults.workers import NAME as WORKERS
from tests.faults.workers import kill_workers

Campaign = Callable[..., Outcome]
BAR = 30
COLUMNS = ("fault", "seed", "rounds", "acknowledged", "retried", "replayed", "503", "lost", "doubled", "back after s")
WIDTHS = (26, 6, 6, 12, 7, 8, 6, 4, 7, 14)


def workers(**given: object) -> Outcome:
    with on_postgres(serving=False) as stage:
        stage.site.open_nursery()
        return kill_workers(stage.site, **given)  # type: ignore[arg-type]


def campaigns() -> dict[str, Campaign]:
    striking = {name: lambda fault=fault, **given: strike_often(fault, **given) for name, fault in FAULTS.items()}
    return {**striking, WORKERS: workers, RACES: race_keys}


def show_progress(kills: int) -> Callable[[Outcome], None]:
    began = time.monotonic()

    def show(outcome: Outcome) -> None:
        done = outcome.rounds / kills
        bar = "#" * int(BAR * done)
        sys.stderr.write(
            f"\r{outcome.name:<26} [{bar:<{BAR}}] {outcome.rounds}/{kills} {time.monotonic() - began:5.0f} s"
        )
        sys.stderr.flush()

    return show


def row(outcome: Outcome) -> str:
    account, back = outcome.account, sorted(outcome.back_after_s)
    middle = f"{back[len(back) // 2]:.2f} ({back[-1]:.2f})" if back else ""
    counts = (account.acknowledged, account.retried, account.replayed, account.refused[503])
    values = (outcome.name, outcome.seed, outcome.rounds, *counts, len(account.lost), len(account.doubled), middle)
    return _line(values) + ("  sound" if outcome.verified.startswith("The books are sound") else "  NOT SOUND")


def _line(values: tuple[object, ...]) -> str:
    cells = zip(values, WIDTHS, strict=True)
    return "  ".join(f"{value:<{width}}" if width == WIDTHS[0] else f"{value:>{width}}" for value, width in cells)


def run(name: str, campaign: Campaign, *, kills: int, seed: int) -> tuple[str, bool]:
    """Run one campaign; return its row and whether all is well."""
    try:
        outcome = campaign(kills=kills, seed=seed, told=show_progress(kills))
        outcome.assert_sound()
    except Exception:  # noqa: BLE001 - whatever it is, the other campaigns are run
        traceback.print_exc()
        return f"{name:<26}  FAILED with seed {seed}; see above", False
    finally:
        sys.stderr.write("\n")
    return row(outcome), True


def main(kills: int, seed: int, *names: str) -> int:
    rows, well = [], True
    try:
        for name, campaign in campaigns().items():
            if not names or name in names:
                line, sound = run(name, campaign, kills=kills, seed=seed)
                sys.stderr.write(line + "\n")
                rows.append(line)
                well = well and sound
    finally:
        forget_prepared()
    sys.stdout.write("\n".join([_line(COLUMNS) + "  books", *rows, ""]))
    return 0 if well else 1


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(int(given[0]), int(given[1]) if len(given) > 1 else time.time_ns() % 100_000, *given[2:]))
