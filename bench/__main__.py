"""`python -m bench`: one run of the benchmark. `make bench` calls it; docs/benchmarks.md tells about it."""

import signal
import sys
from contextlib import ExitStack

from bench.options import read_options
from bench.processes import Failed
from bench.progress import Progress
from bench.report import compare, table, unmeasured, write_json
from bench.run import measure_all
from bench.stage import a_stage


def main() -> int:
    """Measure, print the table, write the file; Ctrl-C and SIGTERM stop everything that was started."""
    options = read_options()
    # SIGINT too, because a shell starts background processes with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with ExitStack() as stack:
            progress = stack.enter_context(Progress())
            stage = stack.enter_context(a_stage(options, progress.tell))
            measured = measure_all(stage, progress)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)  # noqa: T201
        return 130
    except Failed as failure:
        print(f"The benchmark failed. {failure}", file=sys.stderr)  # noqa: T201
        return 1
    lines = compare(measured.rows)
    print(table(lines))  # noqa: T201
    if missing := unmeasured(measured.rows):
        print("\nTargets not measured in this run:", *missing, sep="\n  ")  # noqa: T201
    for name, reason in measured.failures.items():
        print(f"\n{name} failed: {reason}", file=sys.stderr)  # noqa: T201
    if options.out:
        write_json(lines, options.out)
    return 1 if measured.failures else 0


if __name__ == "__main__":
    sys.exit(main())
