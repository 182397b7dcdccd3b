"""A project with nothing but openedx-ledger. Its lock needs a cache; one process's memory is the fastest there is."""

from bench.peers.settings import *  # noqa: F403

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "simple_history", "openedx_ledger"]
