"""`python -m tests.pages measure FILE.json [ONLY]` and `python -m tests.pages picture [ONLY]`. Run by make.

Ends with 1 when a page misses a bar of tests/pages/verdict.py.
"""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.pages.settings"
# Playwright's sync interface runs an event loop in this thread, and Django would refuse the ORM beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
django.setup()

from tests.pages import measure, picture  # noqa: E402  (models, which are not there before this)

if __name__ == "__main__":
    task, *given = sys.argv[1:]
    sys.exit({"measure": measure.main, "picture": picture.main}[task](*given))
