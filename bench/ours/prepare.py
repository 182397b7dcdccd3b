"""`python -m bench.ours.prepare`: what a new installation does before its first start, in one process."""

import django

django.setup()

from django.core.management import call_command  # noqa: E402


def main() -> None:
    """Make the tables, and collect static files once for all databases."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
