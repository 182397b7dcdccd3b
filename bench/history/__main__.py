"""`python -m bench.history ENTRIES`: load a history into the database of DATABASE_URL; names each step it begins."""

import sys

import django

django.setup()

from bench.history.load import load_history  # noqa: E402


def main() -> None:
    """Load, telling whoever reads our output what is being done."""
    load_history(int(sys.argv[1]), step=lambda name: print(name, flush=True))  # noqa: T201


if __name__ == "__main__":
    main()
