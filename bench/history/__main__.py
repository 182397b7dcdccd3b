"""`python -m bench.history ENTRIES [alone]`: load a history into DATABASE_URL's database; names each step it begins."""

import sys

import django

django.setup()

from bench.history.load import load_history  # noqa: E402


def main() -> None:
    """Load, telling whoever reads our output what is being done."""
    alone = sys.argv[2:] == ["alone"]
    load_history(int(sys.argv[1]), alone=alone, step=lambda name: print(name, flush=True))  # noqa: T201


if __name__ == "__main__":
    main()
