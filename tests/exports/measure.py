"""Measures exports of many rows in processes of their own: `python -m tests.exports.measure --rows 1000000`.

Prints rows, seconds, seconds to the first byte, bytes, and the peak of memory beside that of a process that only
started. It uses a PostgreSQL server of its own.
"""

import argparse
import os
import subprocess
import sys
import tempfile

from tests.postgres_server import running_server


def main() -> None:
    """Fill a database, then start a process for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with running_server(durable=False) as url, tempfile.TemporaryDirectory() as files:
        os.environ |= {"DATABASE_URL": url, "EXPORT_DIR": files, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        _run("fill", str(options.rows))
        for dataset, format_ in (
            ("none", "csv"),
            ("charges", "csv"),
            ("charges", "xlsx"),
            ("jobs", "csv"),
            ("jobs", "xlsx"),
            ("focus", "focus-csv"),
        ):
            sys.stdout.write(_run(dataset, format_) + "\n")
            sys.stdout.flush()


def _run(*arguments: str) -> str:
    command = [sys.executable, "-m", "tests.exports.measured", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1] if done.stdout else ""


if __name__ == "__main__":
    main()
