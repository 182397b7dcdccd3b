#!/usr/bin/env python
"""Django's command line for this checkout: `python manage.py help`."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if "SECRET_KEY" not in os.environ:
        # A checkout, not a deployment: work on the demo's site in var/. The web server (portal/wsgi.py) does
        # not do this, so a deployment that forgets its secret refuses to start.
        os.environ.setdefault("DEMO", "true")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
